package ledger

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

var someSalts = Salts{"": make([]byte, 32), "p": bytes.Repeat([]byte{1}, 32)}

func TestLeafShowsNoValue(t *testing.T) {
	t.Parallel()
	row := Row{
		Kind: Fact, Seq: 7, At: "2026-03-01T12:00:00.000000Z", Partner: "p",
		Plain:  map[string]any{"kind": "signatory", "valid_to": "", "retracts": false},
		Values: map[string][]byte{"/key": []byte("Anna Rossi"), "/body/authority": []byte(`"full"`), "/body/none": nil},
	}
	leaf, err := row.Leaf(someSalts)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"at":"2026-03-01T12:00:00.000000Z","committed":{"/body/authority":"` +
		Commitment(ValueSalt(someSalts["p"], Fact, 7, "/body/authority"), []byte(`"full"`)) + `","/key":"` +
		Commitment(ValueSalt(someSalts["p"], Fact, 7, "/key"), []byte("Anna Rossi")) + `"},"kind":"signatory","partner":"p","seq":7,"type":"fact"}`
	if string(leaf) != want {
		t.Errorf("got  %s\nwant %s", leaf, want)
	}
}

// Equal values of two rows, or of two places, have commitments that do not tell so.
func TestCommitmentsDoNotRepeat(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, partner := range []string{"", "p"} {
		for _, kind := range Kinds {
			for seq := range int64(3) {
				for _, path := range []string{"/a", "/b"} {
					commitment, err := someSalts.Commit(Row{Kind: kind, Seq: seq, Partner: partner}, path, []byte("same"))
					if err != nil || seen[commitment] {
						t.Fatal(commitment, err)
					}
					seen[commitment] = true
				}
			}
		}
	}
	if _, err := someSalts.Commit(Row{Partner: "nobody"}, "/a", []byte("x")); err == nil {
		t.Error("a value was committed to without a salt")
	}
}

// An entry that the formats cannot hold is replaced by its digest, and still depends on
// every byte.
func TestLongLeaf(t *testing.T) {
	t.Parallel()
	row := Row{Kind: Fact, Seq: 1, At: "2026-03-01T12:00:00.000000Z", Partner: "p", Values: make(map[string][]byte)}
	for i := range 1000 {
		row.Values["/body/"+strings.Repeat("x", i+1)] = []byte("1")
	}
	one, err := row.Leaf(someSalts)
	if err != nil || len(one) > maxLeaf || !json.Valid(one) {
		t.Fatal(len(one), err)
	}
	row.Values["/body/x"] = []byte("2")
	if other, err := row.Leaf(someSalts); err != nil || bytes.Equal(one, other) {
		t.Errorf("%s, %v", other, err)
	}
}

// The frontier grows as the tree of the library does, and has its root.
func TestFrontierIsTheTree(t *testing.T) {
	t.Parallel()
	var edge frontier
	var stored []Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]Hash, error) {
		hashes := make([]Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for n := range int64(600) {
		leaf := Hash{byte(rand.Uint32()), byte(n)}
		want, err := tlog.StoredHashesForRecordHash(n, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		got := edge.push(leaf)
		if len(got) != len(want) || got[len(got)-1] != want[len(want)-1] {
			t.Fatalf("leaf %d: %v, want %v", n, got, want)
		}
		stored = append(stored, got...)
		root, err := edge.root()
		if err != nil {
			t.Fatal(err)
		}
		if want, err := tlog.TreeHash(n+1, reader); err != nil || root != want {
			t.Fatalf("size %d: %v, want %v, %v", n+1, root, want, err)
		}
	}
}
