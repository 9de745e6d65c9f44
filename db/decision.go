package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// Append implements decision.Store.
func (db *DB) Append(ctx context.Context, d decision.Decision) (decision.Decision, error) {
	one := []decision.Decision{d}
	if err := db.AppendAll(ctx, one); err != nil {
		return d, fmt.Errorf("append decision %s to the log: %w", d.ID, err)
	}
	return one[0], nil
}

// AppendAll writes all of the decisions or none, in their order, as Append writes one;
// the instants that they get are set in place.
func (db *DB) AppendAll(ctx context.Context, decisions []decision.Decision) error {
	kept := make([]column.Time, len(decisions))
	named := make(map[verdict]int64)
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		for i, d := range decisions {
			seq, at, err := appendDecision(ctx, q, d)
			if err != nil {
				return err
			}
			kept[i] = at
			if err := db.appendFindings(ctx, q, seq, at, d, named); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	db.verdicts.remember(named)
	for i := range decisions {
		decisions[i].DecidedAt = kept[i].Time
	}
	return nil
}

// appendDecision inserts; the transaction has the write lock, so no other decision can
// come between the instant it chooses and the row.
func appendDecision(ctx context.Context, q *sqlc.Queries, d decision.Decision) (seq int64, at column.Time, err error) {
	if d.DecidedAt.IsZero() {
		return 0, at, errors.New("it has no instant")
	}
	actor, err := actorJSON(d.Actor)
	if err != nil {
		return 0, at, err
	}
	if err := keepGiven(ctx, q, d); err != nil {
		return 0, at, err
	}
	if at, err = nextInstant(ctx, d.DecidedAt, q.LastDecidedAt); err != nil {
		return 0, at, err
	}
	seq, err = q.InsertDecision(ctx, sqlc.InsertDecisionParams{
		ID: d.ID, Program: d.Program, Partner: nullable(d.Partner), Outcome: string(d.Outcome),
		Revision: d.Revision, AsOfOn: column.Date(d.AsOf), KnownAt: column.At(d.KnownAt), Position: d.Position,
		GivenDigest: nullable(d.GivenDigest), FactsDigest: d.FactsDigest, ResultJSON: column.JSON(d.Result),
		DecidedAt: at, RequestID: d.RequestID, TraceID: d.TraceID, Caller: d.Caller,
		Action: nullable(d.Action), ActorJSON: actor,
	})
	return seq, at, translate(err)
}

// keepGiven stores the facts that came with the request, unless they are there.
func keepGiven(ctx context.Context, q *sqlc.Queries, d decision.Decision) error {
	if d.Given == nil && d.GivenDigest == "" {
		return nil
	}
	// Facts under a wrong digest would be taken for somebody else's for ever.
	if d.GivenDigest != decision.Digest(d.Given) {
		return errors.New("the digest of the given facts does not match them")
	}
	return keepInput(ctx, q, d.GivenDigest, d.Given)
}

func keepInput(ctx context.Context, q *sqlc.Queries, digest string, given []byte) error {
	kept, err := q.InputExists(ctx, digest)
	if err != nil {
		return fmt.Errorf("look up the given facts: %w", translate(err))
	}
	if kept {
		return nil
	}
	err = q.InsertInput(ctx, sqlc.InsertInputParams{Digest: digest, ContentJSON: column.JSON(given)})
	if err != nil {
		return fmt.Errorf("insert the given facts: %w", translate(err))
	}
	return nil
}

// Decision implements decision.Store.
func (db *DB) Decision(ctx context.Context, id string) (decision.Decision, error) {
	row, err := db.reads.Decision(ctx, id)
	if errors.Is(translate(err), decision.ErrNotFound) {
		err = db.notRemoved(ctx, id)
	}
	if err != nil {
		return decision.Decision{}, fmt.Errorf("read decision %s: %w", id, translate(err))
	}
	d, err := decisionOf(row.Decision)
	d.Given = row.ContentJSON.Bytes()
	if err == nil {
		err = db.noteErased(ctx, row.Decision.Seq, &d)
	}
	return d, err
}

func decisionOf(row sqlc.Decision) (decision.Decision, error) {
	actor, err := actorOf(row.ActorJSON)
	if err != nil {
		return decision.Decision{}, fmt.Errorf("decision %s: actor: %w: %w", row.ID, decision.ErrUnreadable, err)
	}
	return decision.Decision{
		Action: orEmpty(row.Action), Actor: actor,
		ID: row.ID, Program: row.Program, Partner: orEmpty(row.Partner), Outcome: decision.Outcome(row.Outcome),
		Revision: row.Revision, AsOf: decision.Day(row.AsOfOn), KnownAt: row.KnownAt.Time, Position: row.Position,
		GivenDigest: orEmpty(row.GivenDigest), FactsDigest: row.FactsDigest, Result: row.ResultJSON.Bytes(),
		DecidedAt: row.DecidedAt.Time, RequestID: row.RequestID, TraceID: row.TraceID, Caller: row.Caller,
	}, nil
}

func actorJSON(actor *decision.Actor) (column.JSON, error) {
	if actor == nil {
		return "", nil
	}
	raw, err := json.Marshal(actor)
	return column.JSON(raw), err
}

func actorOf(raw column.JSON) (*decision.Actor, error) {
	if raw == "" {
		return nil, nil
	}
	actor := new(decision.Actor)
	return actor, json.Unmarshal(raw.Bytes(), actor)
}
