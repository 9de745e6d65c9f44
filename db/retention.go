package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
	"assay/server/ledger"
)

// What is held and removed is no secret, and is about decisions: their own leaves have the
// names in clear too.

func holdLeaf(r sqlc.HoldRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Hold, Seq: r.Seq, At: r.Held,
		Plain:  map[string]any{"scope": r.Scope, "name": r.Name},
		Values: map[string][]byte{"/reason": []byte(r.Reason), "/by": []byte(r.HeldBy)},
	}
}

func releaseLeaf(r sqlc.ReleaseRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.HoldRelease, Seq: r.Seq, At: r.Released,
		Plain:  map[string]any{"hold": r.Hold},
		Values: map[string][]byte{"/reason": []byte(r.Reason), "/by": []byte(r.ReleasedBy)},
	}
}

func removalLeaf(r sqlc.RemovalRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Removal, Seq: r.Seq, At: r.Removed,
		Plain: map[string]any{"program": r.Program, "decisions": r.N, "decisions_digest": r.Digest},
	}
}

// withTombstones puts those of a page between its decisions. They are read after these, so
// that one that is removed meanwhile is in one of the two at least.
func (s ledgerStore) withTombstones(ctx context.Context, page sqlc.DecisionRowsParams, rows []ledger.Row) ([]ledger.Row, error) {
	stones, err := s.db.reads.Tombstones(ctx, sqlc.TombstonesParams(page))
	if err != nil || len(stones) == 0 {
		return rows, err
	}
	for _, stone := range stones {
		rows = append(rows, ledger.Row{Kind: ledger.Decision, Seq: stone.Decision, Removed: stone.Leaf})
	}
	slices.SortStableFunc(rows, func(a, b ledger.Row) int { return cmp.Compare(a.Seq, b.Seq) })
	rows = slices.CompactFunc(rows, func(a, b ledger.Row) bool { return a.Seq == b.Seq })
	return rows[:min(len(rows), int(page.PageSize))], nil
}

// TombstonesIn implements ledger.Store.
func (s ledgerStore) TombstonesIn(ctx context.Context, removal int64) ([]ledger.Tombstone, error) {
	rows, err := s.db.reads.TombstonesIn(ctx, removal)
	if err != nil {
		return nil, fmt.Errorf("read what removal %d left: %w", removal, translate(err))
	}
	stones := make([]ledger.Tombstone, len(rows))
	for i, row := range rows {
		stones[i] = ledger.Tombstone{Decision: row.Decision, ID: row.ID, Leaf: row.Leaf}
	}
	return stones, nil
}

// TombstoneCount implements ledger.Store.
func (s ledgerStore) TombstoneCount(ctx context.Context) (int64, error) {
	n, err := s.db.reads.TombstoneCount(ctx)
	if err != nil {
		return 0, fmt.Errorf("count tombstones: %w", translate(err))
	}
	return n, nil
}

// notRemoved tells why a decision is not there: ErrNotFound, or that it was removed.
func (db *DB) notRemoved(ctx context.Context, id string) error {
	stone, err := db.reads.Tombstone(ctx, id)
	if err != nil {
		return translate(err)
	}
	return &decision.RemovedError{Removal: stone.Removal, At: stone.RemovedAt.Time}
}

// Hold keeps decisions from being removed, whatever their age.
func (db *DB) Hold(ctx context.Context, h decision.Hold) (decision.Hold, error) {
	err := db.inTx(ctx, func(q *sqlc.Queries) (err error) {
		h.Seq, err = q.InsertHold(ctx, sqlc.InsertHoldParams{
			Scope: string(h.Scope), Name: h.Name, Reason: h.Reason, HeldBy: h.By, HeldAt: column.At(h.At),
		})
		return translate(err)
	})
	if err != nil {
		return h, fmt.Errorf("hold %s %s: %w", h.Scope, h.Name, err)
	}
	return h, nil
}

// Release ends a hold; decision.ErrNotFound if none with this number is in force.
func (db *DB) Release(ctx context.Context, hold int64, reason, by string, at time.Time) error {
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		inForce, err := q.Holds(ctx)
		if err != nil {
			return translate(err)
		}
		if !slices.ContainsFunc(inForce, func(h sqlc.Hold) bool { return h.Seq == hold }) {
			return decision.ErrNotFound
		}
		return translate(q.InsertRelease(ctx, sqlc.InsertReleaseParams{Hold: hold, Reason: reason, ReleasedBy: by, ReleasedAt: column.At(at)}))
	})
	if err != nil {
		return fmt.Errorf("release hold %d: %w", hold, err)
	}
	return nil
}

// Holds are those in force, the oldest first.
func (db *DB) Holds(ctx context.Context) ([]decision.Hold, error) {
	rows, err := db.reads.Holds(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the holds: %w", translate(err))
	}
	holds := make([]decision.Hold, len(rows))
	for i, row := range rows {
		holds[i] = decision.Hold{
			Seq: row.Seq, Scope: decision.Scope(row.Scope), Name: row.Name, Reason: row.Reason, By: row.HeldBy, At: row.HeldAt.Time,
		}
	}
	return holds, nil
}

// Expired is the place in the log up to which decisions of a program need not be kept at an
// instant, 0 if all must be.
func (db *DB) Expired(ctx context.Context, program string, r decision.Retention, now time.Time) (upTo int64, err error) {
	if r.KeepDays > 0 {
		before := now.UTC().AddDate(0, 0, -r.KeepDays)
		if upTo, err = db.reads.DecidedBefore(ctx, column.At(before)); errors.Is(translate(err), decision.ErrNotFound) {
			upTo, err = 0, nil
		}
	}
	if err == nil && r.KeepLast > 0 {
		var beyond int64
		beyond, err = db.reads.Beyond(ctx, sqlc.BeyondParams{Program: program, Keep: int64(r.KeepLast)})
		if errors.Is(translate(err), decision.ErrNotFound) {
			err = nil
		} else {
			upTo = max(upTo, beyond)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("find what of %s need not be kept: %w", program, translate(err))
	}
	return upTo, nil
}

// Removable are the places of sealed decisions of a program in a span of the log that nobody
// holds, the oldest first.
func (db *DB) Removable(ctx context.Context, program string, after, upTo int64, limit int) ([]int64, error) {
	return removable(ctx, db.reads, program, after, upTo, limit)
}

func removable(ctx context.Context, q *sqlc.Queries, program string, after, upTo int64, limit int) ([]int64, error) {
	seqs, err := q.Removable(ctx, sqlc.RemovableParams{Program: program, After: after, UpTo: upTo, PageSize: pageSize(limit)})
	if err != nil {
		return nil, fmt.Errorf("find decisions of %s that can go: %w", program, translate(err))
	}
	return seqs, nil
}

// Remove takes away at most so many of them, and tells how many went. Each leaves a
// tombstone; the counts are as if it had never been.
func (db *DB) Remove(ctx context.Context, program string, upTo int64, limit int, at time.Time) (n int, err error) {
	err = db.inTx(ctx, func(q *sqlc.Queries) error {
		seqs, err := removable(ctx, q, program, 0, upTo, limit)
		if n = len(seqs); err != nil || n == 0 {
			return err
		}
		last, err := q.LastRemoval(ctx)
		if err != nil {
			return translate(err)
		}
		stones := make([]ledger.Tombstone, n)
		for i, seq := range seqs {
			if stones[i], err = remove(ctx, q, seq, last+1); err != nil {
				return fmt.Errorf("decision %d: %w", seq, translate(err))
			}
		}
		for _, drop := range []func(context.Context) error{q.DropNoOutcomes, q.DropNoFindings, q.DropNoMonths} {
			if err := drop(ctx); err != nil {
				return translate(err)
			}
		}
		return translate(q.InsertRemoval(ctx, sqlc.InsertRemovalParams{
			Seq: last + 1, Program: program, RemovedAt: column.At(at), N: int64(n), Digest: ledger.SumRemoved(stones),
		}))
	})
	if err != nil {
		return 0, fmt.Errorf("remove decisions of %s: %w", program, err)
	}
	return n, nil
}

func remove(ctx context.Context, q *sqlc.Queries, seq, removal int64) (stone ledger.Tombstone, err error) {
	read, err := q.DecisionRows(ctx, sqlc.DecisionRowsParams{After: seq - 1, UpTo: seq, PageSize: 1})
	if err != nil || len(read) == 0 {
		return stone, errors.Join(err, decision.ErrNotFound)
	}
	row := read[0]
	rows := []ledger.Row{decisionLeaf(row)}
	if err := withErased(ctx, q, ledger.Decision, rows); err != nil {
		return stone, err
	}
	salts, err := saltsOf(ctx, q, []string{rows[0].Partner})
	if err != nil {
		return stone, err
	}
	stone = ledger.Tombstone{Decision: seq, ID: row.ID}
	if stone.Leaf, err = rows[0].Leaf(salts); err != nil {
		return stone, err
	}
	var decidedAt column.Time
	if err := decidedAt.Scan(row.Decided); err != nil {
		return stone, err
	}
	err = q.InsertTombstone(ctx, sqlc.InsertTombstoneParams{
		Decision: seq, ID: row.ID, Program: row.Program, DecidedAt: decidedAt, Leaf: stone.Leaf, Removal: removal,
	})
	if err != nil {
		return stone, err
	}
	day := column.Date(row.Decided[:len(time.DateOnly)])
	for _, step := range []func() error{
		func() error {
			return q.UncountOutcome(ctx, sqlc.UncountOutcomeParams{DecidedOn: day, Program: row.Program, Outcome: row.Outcome})
		},
		func() error {
			return q.UncountFindings(ctx, sqlc.UncountFindingsParams{DecidedOn: day, Decision: seq, Program: row.Program})
		},
		func() error {
			return q.UncountMonth(ctx, sqlc.UncountMonthParams{Month: monthOf(decision.Day(day)), Decision: seq, Program: row.Program})
		},
		func() error {
			return q.DeleteFindings(ctx, sqlc.DeleteFindingsParams{Decision: seq, Program: row.Program})
		},
		func() error { return q.DeleteStraggler(ctx, seq) },
		func() error { return q.DeleteDecision(ctx, seq) },
	} {
		if err := step(); err != nil {
			return stone, err
		}
	}
	if row.GivenDigest != nil {
		err = q.DeleteInput(ctx, *row.GivenDigest)
	}
	return stone, err
}
