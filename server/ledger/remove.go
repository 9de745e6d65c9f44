package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Tombstone stands for a decision that was removed because it need not be kept any longer.
type Tombstone struct {
	Decision int64
	ID       string
	// Leaf is what was sealed: codes, and commitments to the values that are gone.
	Leaf []byte
}

// SumRemoved is the digest over what was removed at once, in the order of the log. It is in
// the leaf of the removal, so that nothing else can pass for removed.
func SumRemoved(stones []Tombstone) string {
	sum := sha256.New()
	for _, s := range stones {
		_, _ = fmt.Fprintf(sum, "%d %s %x\n", s.Decision, s.ID, sha256.Sum256(s.Leaf))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// removal holds a removal's list of decisions against its leaf, and counts them.
func (v *verifier) removal(ctx context.Context, row Row) error {
	stones, err := v.store.TombstonesIn(ctx, row.Seq)
	if err != nil {
		return err
	}
	if SumRemoved(stones) != row.Plain["decisions_digest"] {
		v.found(RemovalChanged, place(Removal, row.Seq), "the list of what it removed is another one")
	}
	v.verdict.Removed += int64(len(stones))
	return nil
}
