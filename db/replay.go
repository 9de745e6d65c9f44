package db

import (
	"context"
	"errors"
	"fmt"

	"assay/db/sqlc"
	"assay/server/decision"
)

// DecisionsInOrder are the decisions after one place in the log up to another, oldest
// first, with the facts that came with each request.
func (db *DB) DecisionsInOrder(ctx context.Context, after, upto int64, limit int) ([]decision.LoggedDecision, error) {
	rows, err := db.reads.DecisionsInOrder(ctx, sqlc.DecisionsInOrderParams{After: after, Upto: upto, PageSize: pageSize(limit)})
	if err != nil {
		return nil, fmt.Errorf("read the decision log after %d: %w", after, translate(err))
	}
	found := make([]decision.LoggedDecision, len(rows))
	for i, row := range rows {
		d, err := decisionOf(row.Decision)
		if err == nil {
			err = db.noteErased(ctx, row.Decision.Seq, &d)
		}
		if err != nil {
			return nil, err
		}
		d.Given = row.ContentJSON.Bytes()
		found[i] = decision.LoggedDecision{Seq: row.Decision.Seq, Decision: d}
	}
	return found, nil
}

// NextDecision names the decision after a place in the log, even one that cannot be
// read; decision.ErrNotFound at the end.
func (db *DB) NextDecision(ctx context.Context, after int64) (seq int64, id string, err error) {
	row, err := db.reads.NextDecision(ctx, after)
	if err != nil {
		return 0, "", fmt.Errorf("look into the decision log after %d: %w", after, translate(err))
	}
	return row.Seq, row.ID, nil
}

// LastDecision is the end of the decision log, 0 if there is none yet.
func (db *DB) LastDecision(ctx context.Context) (int64, error) {
	seq, err := db.reads.LastDecision(ctx)
	if err = translate(err); err != nil && !errors.Is(err, decision.ErrNotFound) {
		return 0, fmt.Errorf("find the end of the decision log: %w", err)
	}
	return seq, nil
}
