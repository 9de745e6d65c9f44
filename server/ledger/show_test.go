package ledger

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// shownAlone is a row as the only leaf of a tree.
func shownAlone(t *testing.T, row Row) (Shown, Head) {
	t.Helper()
	salts := Salts{row.Partner: bytes.Repeat([]byte{7}, 32)}
	whole, err := row.whole(salts)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := row.shorten(whole)
	if err != nil {
		t.Fatal(err)
	}
	s := Shown{Kind: row.Kind, Seq: row.Seq, Leaf: leaf, Openings: make(map[string]Opening)}
	if !bytes.Equal(leaf, whole) {
		s.Whole = whole
	}
	for path, value := range row.Values {
		s.Openings[path] = Opening{ValueSalt(salts[row.Partner], row.Kind, row.Seq, path), value}
	}
	return s, Head{Size: 1, Root: tlog.RecordHash(leaf)}
}

// A leaf is opened whole or not at all, also one that is too long to be one itself.
func TestOpen(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]int{"short": 3, "too long": 2000} {
		row := Row{Kind: Fact, Seq: 17, At: "2026-01-01T00:00:00.000000Z", Partner: "acme", Plain: map[string]any{"kind": "location"}, Values: make(map[string][]byte)}
		for i := range fields {
			row.Values[fmt.Sprintf("/body/field_%d", i)] = fmt.Appendf(nil, "%d", i)
		}
		shown, head := shownAlone(t, row)
		if (shown.Whole != nil) != (fields > 1000) {
			t.Fatalf("%s: the leaf has %d bytes", name, len(shown.Leaf))
		}
		opened, err := shown.Open(head)
		if err != nil || opened.Partner != "acme" || opened.Plain["kind"] != "location" || !maps.EqualFunc(opened.Values, row.Values, bytes.Equal) {
			t.Fatalf("%s: %v, %+v", name, err, opened)
		}
		for want, change := range map[string]func(s *Shown, h *Head){
			"does not lead":            func(_ *Shown, h *Head) { h.Root[0] ^= 1 },
			"does not cover":           func(s *Shown, _ *Head) { s.Index = 1 },
			"is not shown":             func(s *Shown, _ *Head) { delete(s.Openings, "/body/field_1") },
			"commit to this /body/x":   func(s *Shown, _ *Head) { s.Openings["/body/x"] = s.Openings["/body/field_1"] },
			"to this /body/field_1":    func(s *Shown, _ *Head) { s.Openings["/body/field_1"] = s.Openings["/body/field_2"] },
			"the leaf is that of":      func(s *Shown, _ *Head) { s.Seq = 18 },
			"has the digest of":        func(s *Shown, _ *Head) { s.Whole = append(bytes.Clone(shown.Leaf), ' ') },
			"proof does not lead from": func(s *Shown, _ *Head) { s.Proof = make([]Hash, 1) },
		} {
			changed, against := shown, head
			changed.Openings = maps.Clone(shown.Openings)
			change(&changed, &against)
			if _, err := changed.Open(against); err == nil || !strings.Contains(err.Error(), want) && !(fields > 1000 && strings.Contains(err.Error(), "digest")) {
				t.Errorf("%s: want %q, got %v", name, want, err)
			}
		}
	}
	long, head := shownAlone(t, Row{Kind: Fact, Seq: 1, Values: map[string][]byte{"/key": []byte("k")}, Plain: map[string]any{"kind": strings.Repeat("k", maxLeaf)}})
	long.Whole = nil
	if _, err := long.Open(head); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("opened a leaf of which only the digest is there: %v", err)
	}
}

// The end of a salt must not pass for the beginning of the value, although what is hashed
// is the same.
func TestOpenRefusesASplitSalt(t *testing.T) {
	t.Parallel()
	for seq := range int64(1000) {
		row := Row{Kind: Fact, Seq: seq + 1, Partner: "acme", Values: map[string][]byte{"/key": []byte("k")}, Plain: map[string]any{"kind": "location"}}
		shown, head := shownAlone(t, row)
		whole := shown.Openings["/key"]
		salt, rest, found := bytes.Cut(whole.Salt, []byte{0})
		if !found {
			continue
		}
		forged := Opening{salt, append(append(bytes.Clone(rest), 0), whole.Value...)}
		if Commitment(forged.Salt, forged.Value) != Commitment(whole.Salt, whole.Value) {
			t.Fatal("the forgery is none")
		}
		shown.Openings["/key"] = forged
		if _, err := shown.Open(head); err == nil || !strings.Contains(err.Error(), "does not commit to this /key") {
			t.Errorf("got %v", err)
		}
		return
	}
	t.Fatal("no salt has a zero byte")
}
