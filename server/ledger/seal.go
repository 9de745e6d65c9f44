package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// batchSize bounds how many rows are sealed at once, and with it how long the write lock
// is held.
const batchSize = 512

// SealAll seals until nothing is left.
func (l *Log) SealAll(ctx context.Context) error {
	for {
		n, err := l.seal(ctx)
		if err != nil && !errors.Is(err, ErrGrown) && ctx.Err() == nil {
			l.failures.Add(1)
		}
		if errors.Is(err, ErrGrown) {
			continue // another server was faster, so there is less to do
		}
		if n < batchSize || err != nil {
			return err
		}
	}
}

// seal appends one batch. All is computed before the write lock is taken: rows do not
// change, and that nobody else appended is looked at under the lock.
func (l *Log) seal(ctx context.Context) (int, error) {
	size, err := l.store.Size(ctx)
	if err != nil {
		return 0, err
	}
	rows, err := l.unsealed(ctx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	salts, err := l.salts(ctx, rows)
	if err != nil {
		return 0, err
	}
	edge, err := readFrontier(ctx, l.store, size)
	if err != nil {
		return 0, err
	}
	batch := Batch{Size: size}
	for _, row := range rows {
		leaf, err := row.Leaf(salts)
		if err != nil {
			return 0, fmt.Errorf("seal %s %d: %w", row.Kind, row.Seq, err)
		}
		batch.Leaves = append(batch.Leaves, Leaf{Index: edge.size, Kind: row.Kind, Seq: row.Seq})
		batch.Nodes = append(batch.Nodes, edge.push(tlog.RecordHash(leaf))...)
	}
	if batch.Checkpoint, err = l.sign(edge); err != nil {
		return 0, err
	}
	return len(rows), l.store.Append(ctx, batch)
}

// unsealed are the rows of the next batch: by instant, and those of a kind in their order.
func (l *Log) unsealed(ctx context.Context) ([]Row, error) {
	var heads [][]Row
	for _, kind := range Kinds {
		last, err := l.store.LastSealed(ctx, kind)
		if err != nil {
			return nil, err
		}
		rows, err := l.store.Rows(ctx, kind, last, math.MaxInt64, batchSize)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			heads = append(heads, rows)
		}
	}
	var merged []Row
	for len(heads) > 0 && len(merged) < batchSize {
		next := 0
		for i := range heads {
			if heads[i][0].At < heads[next][0].At {
				next = i
			}
		}
		merged = append(merged, heads[next][0])
		if heads[next] = heads[next][1:]; len(heads[next]) == 0 {
			heads = slices.Delete(heads, next, next+1)
		}
	}
	return merged, nil
}

// salts are those of the rows' partners, made where there is none yet.
func (l *Log) salts(ctx context.Context, rows []Row) (Salts, error) {
	partners := partnersOf(rows)
	salts, err := l.store.Salts(ctx, partners)
	if err != nil {
		return nil, err
	}
	fresh := make(Salts)
	for _, partner := range partners {
		if salts[partner] == nil {
			fresh[partner] = FreshSalt()
		}
	}
	if len(fresh) == 0 {
		return salts, nil
	}
	kept, err := l.store.KeepSalts(ctx, fresh)
	for partner, root := range kept {
		salts[partner] = root
	}
	return salts, err
}

func partnersOf(rows []Row) []string {
	partners := make([]string, len(rows))
	for i, row := range rows {
		partners[i] = row.Partner
	}
	slices.Sort(partners)
	return slices.Compact(partners)
}

// sign makes the checkpoint of a tree.
func (l *Log) sign(edge *frontier) (Checkpoint, error) {
	root, err := edge.root()
	if err != nil {
		return Checkpoint{}, err
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(l.identity.Origin, edge.size, root)}, l.signer)
	return Checkpoint{Size: edge.size, SignedAt: l.now().UTC(), Note: string(signed)}, err
}
