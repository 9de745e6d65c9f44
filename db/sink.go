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

// OpenSink begins to keep how far the decision log has been taken to the sink, from the
// position on, unless it is kept already.
func (db *DB) OpenSink(ctx context.Context, name string, position int64) error {
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		_, err := q.Sink(ctx, name)
		if err = translate(err); !errors.Is(err, decision.ErrNotFound) {
			return err
		}
		return translate(q.InsertSink(ctx, sqlc.InsertSinkParams{Name: name, Position: position}))
	})
	if err != nil {
		return fmt.Errorf("open the sink %s: %w", name, err)
	}
	return nil
}

// Sink is how far the decision log has been taken to the sink, and when it last took
// something; the zero time if never.
func (db *DB) Sink(ctx context.Context, name string) (position int64, at time.Time, err error) {
	row, err := db.reads.Sink(ctx, name)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("read the sink %s: %w", name, translate(err))
	}
	return row.Position, row.AcknowledgedAt.Time, nil
}

// AdvanceSink keeps that the sink took the decision log up to the position.
func (db *DB) AdvanceSink(ctx context.Context, name string, position int64, at time.Time) error {
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		return translate(q.AdvanceSink(ctx, sqlc.AdvanceSinkParams{Name: name, Position: position, AcknowledgedAt: column.At(at)}))
	})
	if err != nil {
		return fmt.Errorf("advance the sink %s: %w", name, err)
	}
	return nil
}
