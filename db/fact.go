package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// instant is the step of the log's clock: what a column can tell apart.
const instant = time.Microsecond

// RecordFacts implements decision.Store.
func (db *DB) RecordFacts(ctx context.Context, r decision.Recording) (facts []decision.Fact, replayed bool, err error) {
	if len(r.Facts) == 0 {
		return nil, false, decision.Invalid("/facts", "there is no fact to record")
	}
	err = db.inTx(ctx, func(q *sqlc.Queries) error {
		facts, err = recordedBefore(ctx, q, r)
		if replayed = facts != nil; replayed || err != nil {
			return err
		}
		facts, err = record(ctx, q, r)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("record facts of %s: %w", r.Partner, err)
	}
	return facts, replayed, nil
}

// recordedBefore gives what the idempotency key stands for, nil if nothing yet.
func recordedBefore(ctx context.Context, q *sqlc.Queries, r decision.Recording) ([]decision.Fact, error) {
	if r.IdempotencyKey == "" {
		return nil, nil
	}
	earlier, err := q.RecordingByKey(ctx, sqlc.RecordingByKeyParams{Partner: r.Partner, IdempotencyKey: &r.IdempotencyKey})
	switch err = translate(err); {
	case errors.Is(err, decision.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up the idempotency key: %w", err)
	case earlier.Digest != r.Digest:
		return nil, decision.ErrIdempotencyKeyReused
	}
	rows, err := q.FactsOfRecording(ctx, earlier.Seq)
	if err != nil {
		return nil, fmt.Errorf("read the earlier recording: %w", translate(err))
	}
	return factsOf(rows), nil
}

// record appends; the transaction has the write lock, so no other recording can
// come between the instant it chooses and the rows.
func record(ctx context.Context, q *sqlc.Queries, r decision.Recording) ([]decision.Fact, error) {
	at, err := nextInstant(ctx, r.At, q.LastRecordedAt)
	if err != nil {
		return nil, err
	}
	known, err := q.PartnerExists(ctx, r.Partner)
	if err != nil {
		return nil, fmt.Errorf("look up the partner: %w", translate(err))
	}
	if !known {
		if err := q.InsertPartner(ctx, sqlc.InsertPartnerParams{ID: r.Partner, FirstRecordedAt: at}); err != nil {
			return nil, fmt.Errorf("insert the partner: %w", translate(err))
		}
	}
	recording, err := q.InsertRecording(ctx, sqlc.InsertRecordingParams{
		Partner: r.Partner, RecordedAt: at, IdempotencyKey: nullable(r.IdempotencyKey), Digest: r.Digest,
	})
	if err != nil {
		return nil, fmt.Errorf("insert the recording: %w", translate(err))
	}
	facts := make([]decision.Fact, len(r.Facts))
	for i, f := range r.Facts {
		seq, err := q.InsertFact(ctx, sqlc.InsertFactParams{
			Recording: recording, Partner: r.Partner, RecordedAt: at,
			Kind: f.Kind, Key: f.Key, Source: f.Source,
			ValidFromOn: column.Date(f.ValidFrom), ValidToOn: column.Date(f.ValidTo), BodyJSON: column.JSON(f.Body),
		})
		if err != nil {
			return nil, fmt.Errorf("insert fact %d (%s): %w", i, f.Kind, translate(err))
		}
		facts[i] = f
		facts[i].ID, facts[i].RecordedAt = decision.FactID(seq), at.Time
	}
	return facts, nil
}

// nextInstant is the clock's, moved forward past the last one of the log if need be: a
// clock that went back, or two entries in one microsecond, must not blur what was known
// or decided when.
func nextInstant(ctx context.Context, clock time.Time, last func(context.Context) (column.Time, error)) (column.Time, error) {
	at := clock.UTC().Truncate(instant)
	before, err := last(ctx)
	switch err = translate(err); {
	case errors.Is(err, decision.ErrNotFound):
	case err != nil:
		return column.Time{}, fmt.Errorf("read the last instant: %w", err)
	case !at.After(before.Time):
		at = before.Add(instant)
	}
	return column.At(at), nil
}

// Position implements decision.Store.
func (db *DB) Position(ctx context.Context, knownAt time.Time) (position int64, at time.Time, err error) {
	if knownAt.IsZero() {
		var last sqlc.LastFactRow
		last, err = db.reads.LastFact(ctx)
		position, at = last.Seq, last.RecordedAt.Time
	} else {
		position, err = db.reads.LastFactKnownAt(ctx, column.At(knownAt))
		at = knownAt
	}
	if err = translate(err); err != nil && !errors.Is(err, decision.ErrNotFound) {
		return 0, time.Time{}, fmt.Errorf("find the position in the fact log: %w", err)
	}
	return position, at, nil
}

// Facts implements decision.Store.
func (db *DB) Facts(ctx context.Context, partner string, day decision.Day, position int64) ([]decision.Fact, error) {
	rows, err := db.reads.FactsOfPartner(ctx, sqlc.FactsOfPartnerParams{
		Partner: partner, Position: position, DayOn: column.Date(day),
	})
	if err != nil {
		return nil, fmt.Errorf("read facts of %s: %w", partner, translate(err))
	}
	facts := factsOf(rows)
	return facts, db.markErased(ctx, partner, facts)
}

func factsOf(rows []sqlc.Fact) []decision.Fact {
	facts := make([]decision.Fact, len(rows))
	for i, row := range rows {
		facts[i] = decision.Fact{
			ID: decision.FactID(row.Seq), Kind: row.Kind, Key: row.Key, Source: row.Source,
			ValidFrom: decision.Day(row.ValidFromOn), ValidTo: decision.Day(row.ValidToOn),
			Body: row.BodyJSON.Bytes(), RecordedAt: row.RecordedAt.Time,
		}
	}
	return facts
}
