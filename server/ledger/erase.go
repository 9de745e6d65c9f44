package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Fields says what an erasure takes.
type Fields string

// What can be erased: the fields that schemas declare as personal, or every value that
// leaves commit to.
const (
	Personal Fields = "personal"
	All      Fields = "all"
)

// Erasure takes values of a partner away. It is an event like others: it has a leaf.
type Erasure struct {
	Seq     int64
	Partner string
	Fields  Fields
	// Reason and By are for whoever asks later; neither should name the partner's people.
	Reason, By string
	At         time.Time
	// Values is the number of those that went.
	Values int64
}

// Erased is what is kept of a value that was erased.
type Erased struct {
	Kind Kind
	Seq  int64
	Path string
	// Erasure is the number of the one that took it.
	Erasure int64
	// Commitment is what the leaf has for it. Without the salt, which is gone, it says
	// nothing.
	Commitment string
	// Now is the digest of what stands in its place, empty if nothing does.
	Now string
}

// DigestOf is what Now has for what stands in a value's place.
func DigestOf(value []byte) string {
	if len(value) == 0 {
		return ""
	}
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

// SumErased is the digest over what an erasure took, in the order of kind, number and
// pointer. It is in the leaf of the erasure, so that nothing else can pass for erased.
func SumErased(values []Erased) string {
	sum := sha256.New()
	for _, v := range values {
		_, _ = fmt.Fprintf(sum, "%s/%d%s\n%s\n%s\n", v.Kind, v.Seq, v.Path, v.Commitment, v.Now)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// ErrUnsealed is the store's answer if it is asked to erase from rows that are no leaves
// yet.
var ErrUnsealed = errors.New("there are rows that are not sealed yet")

// eraseTries is how often sealing and erasing are tried, while others go on writing.
const eraseTries = 100

// Erase takes values of a partner away, and seals that it did. The rows are sealed first:
// what is not in the tree yet could not be told from what never was.
func (l *Log) Erase(ctx context.Context, e Erasure) (Erasure, error) {
	e.At = l.now().UTC().Truncate(time.Microsecond)
	for try := 1; ; try++ {
		if err := l.SealAll(ctx); err != nil {
			return e, err
		}
		done, err := l.store.Erase(ctx, e, true)
		if errors.Is(err, ErrUnsealed) && try < eraseTries {
			continue
		}
		if err != nil {
			return e, err
		}
		return done, l.SealAll(ctx)
	}
}

// Erasures are those of a partner, the oldest first.
func (l *Log) Erasures(ctx context.Context, partner string) ([]Erasure, error) {
	return l.store.Erasures(ctx, partner)
}

// erasure holds an erasure's list of values against its leaf, and counts them.
func (v *verifier) erasure(ctx context.Context, row Row) error {
	values, err := v.store.ErasedIn(ctx, row.Seq)
	if err != nil {
		return err
	}
	if SumErased(values) != row.Plain["values_digest"] {
		v.found(ErasureChanged, place(ErasureKind, row.Seq), "the list of what it took is another one")
	}
	v.verdict.Erased += int64(len(values))
	return nil
}

// unaccounted looks for values that are said to be erased, and by no erasure, and for
// decisions that are said to be removed, and by no removal.
func (v *verifier) unaccounted(ctx context.Context, stones int64) error {
	all, err := v.store.ErasedCount(ctx)
	if err != nil {
		return err
	}
	if all != v.verdict.Erased {
		v.found(ErasureChanged, "erased values", fmt.Sprintf("there are %d, and erasures took %d", all, v.verdict.Erased))
	}
	if stones > v.verdict.Removed {
		v.found(RemovalChanged, "tombstones", fmt.Sprintf("there are %d, and removals left %d", stones, v.verdict.Removed))
	}
	return nil
}
