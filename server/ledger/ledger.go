// Package ledger makes what is kept evident: every recording, fact and decision, every
// revision, report, acceptance and activation becomes a leaf of a Merkle tree that only grows, and whose state is signed
// after every batch. Whoever holds an older checkpoint can tell whether anything that it
// covers was changed, taken away or put in between. Checkpoints, tiles and proofs have the
// formats of C2SP (tlog-checkpoint, tlog-tiles, tlog-proof), so that other programs than
// this one can check them.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"assay/server/decision"
)

// Hash is one of the tree: SHA-256, with the prefixes of RFC 6962.
type Hash = tlog.Hash

// Kind is a table whose rows become leaves.
type Kind string

// The kinds of rows. What a row refers to comes before it.
const (
	Recording   Kind = "recording"
	Fact        Kind = "fact"
	Revision    Kind = "revision"
	Report      Kind = "report"
	Acceptance  Kind = "acceptance"
	Activation  Kind = "activation"
	Decision    Kind = "decision"
	ErasureKind Kind = "erasure"
	Hold        Kind = "hold"
	HoldRelease Kind = "hold_release"
	Removal     Kind = "removal"
)

// Kinds are all of them, in the order of leaves of one instant.
var Kinds = []Kind{Recording, Fact, Revision, Report, Acceptance, Activation, Decision, ErasureKind, Hold, HoldRelease, Removal}

// Leaf is the place of a row in the tree.
type Leaf struct {
	Index int64
	Kind  Kind
	Seq   int64
}

// Identity is whose ledger it is: the name in its checkpoints, and the key that signs
// them, as a note's verifier key.
type Identity struct{ Origin, Verifier string }

// Checkpoint is a signed note about the first Size leaves.
type Checkpoint struct {
	Size     int64
	SignedAt time.Time
	Note     string
}

// Batch is what sealing appends at once.
type Batch struct {
	// Size is that of the tree before.
	Size   int64
	Leaves []Leaf
	// Nodes are the hashes of the leaves, each followed by those of the subtrees that it
	// completes.
	Nodes      []Hash
	Checkpoint Checkpoint
}

// FirstNode is the index of the first of the nodes.
func (b Batch) FirstNode() int64 { return tlog.StoredHashCount(b.Size) }

// ErrGrown is Append's answer if somebody else appended since the batch was made.
var ErrGrown = errors.New("the tree has grown meanwhile")

// Store keeps the tree beside the rows. It may be used concurrently.
type Store interface {
	// Identity is the zero one before the first start.
	Identity(ctx context.Context) (Identity, error)
	// Claim keeps the identity unless there is one, and gives the one that is kept.
	Claim(ctx context.Context, id Identity) (Identity, error)

	// Rows are those of a kind after a seq, up to and with another one, in order.
	Rows(ctx context.Context, kind Kind, after, upTo int64, limit int) ([]Row, error)
	// LastSeqs are the ends of the tables.
	LastSeqs(ctx context.Context) (map[Kind]int64, error)
	// RevisionFiles are those of a revision, by path.
	RevisionFiles(ctx context.Context, digest string) ([]File, error)
	// DecisionSeq is the place of a decision in the log; decision.ErrNotFound.
	DecisionSeq(ctx context.Context, id string) (int64, error)
	// RevisionSeq is the place of a revision among those that served; decision.ErrNotFound.
	RevisionSeq(ctx context.Context, digest string) (int64, error)

	// Size is the number of leaves.
	Size(ctx context.Context) (int64, error)
	// LastSealed is the seq of the last row of a kind that is a leaf, 0 if none is.
	LastSealed(ctx context.Context, kind Kind) (int64, error)
	// Leaves are those from an index up to another one, exclusive, in order.
	Leaves(ctx context.Context, from, to int64) ([]Leaf, error)
	// LeafOf is the index of a row's leaf; decision.ErrNotFound.
	LeafOf(ctx context.Context, kind Kind, seq int64) (int64, error)
	// Nodes are the hashes of the tree with these indexes, as far as they are there.
	Nodes(ctx context.Context, indexes []int64) (map[int64]Hash, error)
	// NodeRange is those from an index up to another one, exclusive.
	NodeRange(ctx context.Context, from, to int64) (map[int64]Hash, error)
	// Append adds a batch whole, or says ErrGrown.
	Append(ctx context.Context, b Batch) error
	// Checkpoint is the newest; decision.ErrNotFound if there is none.
	Checkpoint(ctx context.Context) (Checkpoint, error)
	// Checkpoints are those of more leaves than after, the smallest first.
	Checkpoints(ctx context.Context, after int64, limit int) ([]Checkpoint, error)

	// Salts are those of the partners, as far as they have one.
	Salts(ctx context.Context, partners []string) (Salts, error)
	// KeepSalts keeps those of partners that have none, and gives the ones that are kept.
	KeepSalts(ctx context.Context, fresh Salts) (Salts, error)

	// Erase takes values of a partner away, whole or not at all, and replaces its salt.
	// With sealed it says ErrUnsealed if a row of the partner is no leaf yet.
	// decision.ErrNotFound if nothing is about the partner.
	Erase(ctx context.Context, e Erasure, sealed bool) (Erasure, error)
	// Erasures are those of a partner, the oldest first.
	Erasures(ctx context.Context, partner string) ([]Erasure, error)
	// ErasedIn are the values that one erasure took, by kind, number and pointer.
	ErasedIn(ctx context.Context, erasure int64) ([]Erased, error)
	// ErasedCount is the number of all of them.
	ErasedCount(ctx context.Context) (int64, error)
	// TombstonesIn are those that one removal left, in order.
	TombstonesIn(ctx context.Context, removal int64) ([]Tombstone, error)
	// TombstoneCount is the number of all of them.
	TombstoneCount(ctx context.Context) (int64, error)
	// LastErasure is the number of the last one, 0 if there is none.
	LastErasure(ctx context.Context) (int64, error)
}

// File is one of a policy tree.
type File struct {
	Path string
	// Digest is what the tree says that the content is.
	Digest string
	// Content is nil if it is not there.
	Content []byte
}

// Log is the ledger of one database.
type Log struct {
	store    Store
	identity Identity
	signer   note.Signer // nil: read only
	now      func() time.Time
	failures atomic.Int64
}

// Open gives the ledger of a store, to be sealed with the key. A store that has none gets
// one, with a name of its own.
func Open(ctx context.Context, store Store, key *Key, now func() time.Time) (*Log, error) {
	kept, err := store.Identity(ctx)
	if err != nil {
		return nil, err
	}
	if kept == (Identity{}) {
		fresh, err := key.Identity(newOrigin())
		if err != nil {
			return nil, err
		}
		if kept, err = store.Claim(ctx, fresh); err != nil {
			return nil, err
		}
	}
	own, err := key.Identity(kept.Origin)
	if err != nil {
		return nil, err
	}
	if kept != own {
		return nil, fmt.Errorf("it is another key than the one that signs the ledger: the public key of the ledger is %s, and that of the key %s",
			kept.Verifier, own.Verifier)
	}
	signer, err := key.signer(kept)
	return &Log{store: store, identity: kept, signer: signer, now: now}, err
}

// OpenToRead gives the ledger of a store, which stays as it is.
func OpenToRead(ctx context.Context, store Store) (*Log, error) {
	id, err := store.Identity(ctx)
	if err != nil {
		return nil, err
	}
	if id == (Identity{}) {
		return nil, errors.New("the database has no ledger yet; a server that is started on it makes one")
	}
	return &Log{store: store, identity: id}, nil
}

// Identity is whose ledger it is.
func (l *Log) Identity() Identity { return l.identity }

// Status is how far sealing is.
type Status struct {
	Size         int64
	CheckpointAt time.Time
	// Unsealed is the number of rows that are not in the tree yet.
	Unsealed int64
	// Failures is how often sealing failed since the start.
	Failures int64
}

// Status tells how far sealing is.
func (l *Log) Status(ctx context.Context) (Status, error) {
	status := Status{Failures: l.failures.Load()}
	newest, err := l.store.Checkpoint(ctx)
	if err != nil && !errors.Is(err, decision.ErrNotFound) {
		return status, err
	}
	status.Size, status.CheckpointAt = newest.Size, newest.SignedAt
	ends, err := l.store.LastSeqs(ctx)
	if err != nil {
		return status, err
	}
	for _, kind := range Kinds {
		sealed, err := l.store.LastSealed(ctx, kind)
		if err != nil {
			return status, err
		}
		// A row that was sealed between the two looks is no debt.
		status.Unsealed += max(ends[kind]-sealed, 0)
	}
	return status, nil
}

// every is how often new rows are looked for: the time until a receipt is there. It also
// gathers what many requests wrote into one batch, so that sealing takes the write lock
// twice a second and not once a decision.
const every = 500 * time.Millisecond

// Run seals what is written, until ctx ends.
func (l *Log) Run(ctx context.Context, logger *slog.Logger) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	failing := false
	for {
		err := l.SealAll(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			logger.Error("decisions are kept, but cannot be sealed", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
