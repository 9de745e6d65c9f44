package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"assay/server/decision"
)

// Opening is a value that a leaf commits to, with its salt. It proves that value and says
// nothing about any other.
type Opening struct{ Salt, Value []byte }

// Shown is a row with the proof that it is in the tree, and with all that its leaf commits
// to: whoever has it can tell, without the database, that it is what was sealed.
type Shown struct {
	Kind  Kind
	Seq   int64
	Index int64
	Leaf  []byte
	// Whole is what the leaf has the digest of, nil unless the leaf was too long.
	Whole []byte
	Proof []Hash
	// Openings are by JSON pointer.
	Openings map[string]Opening
}

// Show opens a decision, its revision, and facts with their recordings, in this order. All
// are proved to the first checkpoint that covers them, so that it is the same however the
// tree grows. decision.ErrNotFound, decision.ErrErased, ErrNotSealed.
func (l *Log) Show(ctx context.Context, id string, facts []int64) ([]Shown, Checkpoint, error) {
	rows, err := l.about(ctx, id, facts)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	salts, err := l.store.Salts(ctx, partnersOf(rows))
	if err != nil {
		return nil, Checkpoint{}, err
	}
	list, last := make([]Shown, len(rows)), int64(0)
	for i, row := range rows {
		if list[i], err = l.show(ctx, row, salts); err != nil {
			return nil, Checkpoint{}, fmt.Errorf("%s: %w", place(row.Kind, row.Seq), err)
		}
		last = max(last, list[i].Index)
	}
	covering, err := l.store.Checkpoints(ctx, last, 1)
	if err == nil && len(covering) == 0 {
		err = ErrNotSealed
	}
	if err != nil {
		return nil, Checkpoint{}, err
	}
	for i := range list {
		if list[i].Proof, err = tlog.ProveRecord(covering[0].Size, list[i].Index, nodes(ctx, l.store)); err != nil {
			return nil, Checkpoint{}, err
		}
	}
	return list, covering[0], nil
}

// about are the rows that a decision rests on, its own first.
func (l *Log) about(ctx context.Context, id string, facts []int64) ([]Row, error) {
	seq, err := l.store.DecisionSeq(ctx, id)
	if err != nil {
		return nil, err
	}
	decided, err := l.row(ctx, Decision, seq)
	if err != nil {
		return nil, err
	}
	digest, _ := decided.Plain["revision"].(string)
	if seq, err = l.store.RevisionSeq(ctx, digest); err != nil {
		return nil, err
	}
	revision, err := l.row(ctx, Revision, seq)
	if err != nil {
		return nil, err
	}
	rows := []Row{decided, revision}
	var recordings []int64
	for _, seq := range slices.Sorted(slices.Values(facts)) {
		fact, err := l.row(ctx, Fact, seq)
		if err != nil {
			return nil, err
		}
		rows = append(rows, fact)
		if recording, ok := fact.Plain["recording"].(int64); ok {
			recordings = append(recordings, recording)
		}
	}
	slices.Sort(recordings)
	for _, seq := range slices.Compact(recordings) {
		recording, err := l.row(ctx, Recording, seq)
		if err != nil {
			return nil, err
		}
		rows = append(rows, recording)
	}
	return rows, nil
}

func (l *Log) row(ctx context.Context, kind Kind, seq int64) (Row, error) {
	rows, err := l.store.Rows(ctx, kind, seq-1, seq, 1)
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("%s: %w", place(kind, seq), decision.ErrNotFound)
	}
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

func (l *Log) show(ctx context.Context, row Row, salts Salts) (Shown, error) {
	s := Shown{Kind: row.Kind, Seq: row.Seq, Openings: make(map[string]Opening)}
	if row.Removed != nil {
		return s, decision.ErrRemoved
	}
	if len(row.Erased) > 0 {
		return s, decision.ErrErased // its leaf cannot be opened any more
	}
	var err error
	s.Index, err = l.store.LeafOf(ctx, row.Kind, row.Seq)
	if errors.Is(err, decision.ErrNotFound) {
		err = ErrNotSealed
	}
	if err != nil {
		return s, err
	}
	whole, err := row.whole(salts)
	if err != nil {
		return s, err
	}
	if s.Leaf, err = row.shorten(whole); err != nil {
		return s, err
	}
	if !bytes.Equal(s.Leaf, whole) {
		s.Whole = whole
	}
	stored, err := nodes(ctx, l.store)([]int64{tlog.StoredHashIndex(0, s.Index)})
	if err != nil {
		return s, err
	}
	if tlog.RecordHash(s.Leaf) != stored[0] {
		return s, errNotAsSealed
	}
	for path, value := range row.Values {
		if len(value) > 0 {
			salt, kept := row.Salts[path]
			if !kept {
				salt = ValueSalt(salts[row.Partner], row.Kind, row.Seq, path)
			}
			s.Openings[path] = Opening{salt, value}
		}
	}
	return s, nil
}

// Open checks that the row is in the tree that a checkpoint was signed for, and that it
// commits to the values, all of them and no other; then it gives the row as the leaf has it.
func (s Shown) Open(head Head) (Row, error) {
	// The proof says nothing of a tree that cannot have the leaf.
	if s.Index < 0 || s.Index >= head.Size {
		return Row{}, fmt.Errorf("the checkpoint does not cover leaf %d", s.Index)
	}
	if err := tlog.CheckRecord(s.Proof, head.Size, head.Root, s.Index, tlog.RecordHash(s.Leaf)); err != nil {
		return Row{}, errors.New("the proof does not lead from the leaf to the checkpoint")
	}
	named := Row{Kind: s.Kind, Seq: s.Seq}
	whole := s.Leaf
	if s.Whole != nil {
		whole = s.Whole
		if leaf, err := named.shorten(whole); err != nil || !bytes.Equal(leaf, s.Leaf) {
			return Row{}, errors.New("it is not what the leaf has the digest of")
		}
	}
	row, committed, err := readLeaf(whole)
	if err != nil {
		return Row{}, fmt.Errorf("the leaf: %w", err)
	}
	if row.Kind != s.Kind || row.Seq != s.Seq {
		return Row{}, fmt.Errorf("the leaf is that of %s", place(row.Kind, row.Seq))
	}
	row.Values = make(map[string][]byte, len(s.Openings))
	for path, opening := range s.Openings {
		// With a salt of another length, a value could begin within the salt.
		if len(opening.Salt) != saltSize || Commitment(opening.Salt, opening.Value) != committed[path] {
			return Row{}, fmt.Errorf("the leaf does not commit to this %s", path)
		}
		row.Values[path] = opening.Value
	}
	for path := range committed {
		if _, ok := s.Openings[path]; !ok {
			return Row{}, fmt.Errorf("%s, which the leaf commits to, is not shown", path)
		}
	}
	return row, nil
}

// readLeaf reads what Row.whole wrote. Numbers stay as they are written.
func readLeaf(whole []byte) (Row, map[string]string, error) {
	var known struct {
		Kind      Kind              `json:"type"`
		Seq       int64             `json:"seq"`
		At        string            `json:"at"`
		Partner   string            `json:"partner"`
		Committed map[string]string `json:"committed"`
		// SHA256 is there if the leaf has the digest of another text.
		SHA256 string `json:"sha256"`
	}
	if err := json.Unmarshal(whole, &known); err != nil {
		return Row{}, nil, err
	}
	if known.SHA256 != "" {
		return Row{}, nil, errors.New("what it has the digest of is missing")
	}
	row := Row{Kind: known.Kind, Seq: known.Seq, At: known.At, Partner: known.Partner}
	dec := json.NewDecoder(bytes.NewReader(whole))
	dec.UseNumber()
	if err := dec.Decode(&row.Plain); err != nil {
		return Row{}, nil, err
	}
	for _, name := range []string{"type", "seq", "at", "partner", "committed"} {
		delete(row.Plain, name)
	}
	return row, known.Committed, nil
}
