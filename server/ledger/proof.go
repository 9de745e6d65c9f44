package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"assay/server/decision"
)

// ErrNotSealed is about what is kept, but not in the tree yet.
var ErrNotSealed = errors.New("not sealed yet")

// RangeError is about an index or a size that the tree does not have.
type RangeError struct {
	// Parameter is what to correct.
	Parameter, Detail string
}

func (e *RangeError) Error() string { return e.Parameter + ": " + e.Detail }

// Receipt proves that a row was in the tree when the checkpoint was signed.
type Receipt struct {
	Index int64
	// Leaf is what was hashed: what the row shows, and commitments to the rest.
	Leaf []byte
	Hash Hash
	// Proof are the hashes from the leaf's neighbour up to below the root.
	Proof      []Hash
	Checkpoint Checkpoint
}

// Checkpoint is the newest; ErrNotSealed if there is none.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) {
	newest, err := l.store.Checkpoint(ctx)
	if errors.Is(err, decision.ErrNotFound) {
		err = ErrNotSealed
	}
	return newest, err
}

// Receipt is that of a decision; decision.ErrNotFound, ErrNotSealed.
func (l *Log) Receipt(ctx context.Context, id string) (Receipt, error) {
	seq, err := l.store.DecisionSeq(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return l.receipt(ctx, Decision, seq)
}

func (l *Log) receipt(ctx context.Context, kind Kind, seq int64) (Receipt, error) {
	index, err := l.store.LeafOf(ctx, kind, seq)
	if errors.Is(err, decision.ErrNotFound) {
		err = ErrNotSealed
	}
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Index: index}
	if r.Checkpoint, err = l.store.Checkpoint(ctx); err != nil {
		return r, err
	}
	leaves, err := l.entries(ctx, index, index+1)
	if err != nil {
		return r, err
	}
	r.Leaf, r.Hash = leaves[0], tlog.RecordHash(leaves[0])
	r.Proof, err = tlog.ProveRecord(r.Checkpoint.Size, index, nodes(ctx, l.store))
	return r, err
}

// Text is the receipt in the format of C2SP's tlog-proof, with the leaf as extra data.
func (r Receipt) Text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n", base64.StdEncoding.EncodeToString(r.Leaf), r.Index)
	for _, hash := range r.Proof {
		fmt.Fprintln(&text, hash)
	}
	fmt.Fprintf(&text, "\n%s", r.Checkpoint.Note)
	return text.String()
}

// Inclusion proves that a leaf is in the tree of the first size leaves.
func (l *Log) Inclusion(ctx context.Context, index, size int64) (leaf Hash, proof []Hash, err error) {
	if err := l.checkSize(ctx, "size", size); err != nil {
		return leaf, nil, err
	}
	if index < 0 || index >= size {
		return leaf, nil, &RangeError{"index", fmt.Sprintf("must be from 0 to %d", size-1)}
	}
	hashes, err := nodes(ctx, l.store)([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return leaf, nil, err
	}
	proof, err = tlog.ProveRecord(size, index, nodes(ctx, l.store))
	return hashes[0], proof, err
}

// Consistency proves that the tree of the first from leaves is the beginning of that of
// the first to leaves.
func (l *Log) Consistency(ctx context.Context, from, to int64) ([]Hash, error) {
	if err := l.checkSize(ctx, "to", to); err != nil {
		return nil, err
	}
	if from < 1 || from > to {
		return nil, &RangeError{"from", fmt.Sprintf("must be from 1 to %d", to)}
	}
	return tlog.ProveTree(to, from, nodes(ctx, l.store))
}

// checkSize makes sure that a checkpoint covers a tree of this size.
func (l *Log) checkSize(ctx context.Context, parameter string, size int64) error {
	newest, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if size < 1 || size > newest.Size {
		return &RangeError{parameter, fmt.Sprintf("must be from 1 to %d, the size of the newest checkpoint", newest.Size)}
	}
	return nil
}
