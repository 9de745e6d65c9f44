package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// Append implements decision.Store.
func (db *DB) Append(ctx context.Context, d decision.Decision) error {
	actor, err := actorJSON(d.Actor)
	if err != nil {
		return fmt.Errorf("append decision %s to the log: %w", d.ID, err)
	}
	err = db.inTx(ctx, func(q *sqlc.Queries) error {
		if err := keepGiven(ctx, q, d); err != nil {
			return err
		}
		return translate(q.InsertDecision(ctx, sqlc.InsertDecisionParams{
			ID: d.ID, Program: d.Program, Partner: nullable(d.Partner), Outcome: string(d.Outcome),
			Revision: d.Revision, AsOfOn: column.Date(d.AsOf), KnownAt: column.At(d.KnownAt), Position: d.Position,
			GivenDigest: nullable(d.GivenDigest), FactsDigest: d.FactsDigest, ResultJSON: column.JSON(d.Result),
			DecidedAt: column.At(d.DecidedAt), RequestID: d.RequestID,
			Action: nullable(d.Action), ActorJSON: actor,
		}))
	})
	if err != nil {
		return fmt.Errorf("append decision %s to the log: %w", d.ID, err)
	}
	return nil
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
	kept, err := q.InputExists(ctx, d.GivenDigest)
	if err != nil {
		return fmt.Errorf("look up the given facts: %w", translate(err))
	}
	if kept {
		return nil
	}
	err = q.InsertInput(ctx, sqlc.InsertInputParams{Digest: d.GivenDigest, ContentJSON: column.JSON(d.Given)})
	if err != nil {
		return fmt.Errorf("insert the given facts: %w", translate(err))
	}
	return nil
}

// Decision implements decision.Store.
func (db *DB) Decision(ctx context.Context, id string) (decision.Decision, error) {
	row, err := db.reads.Decision(ctx, id)
	if err != nil {
		return decision.Decision{}, fmt.Errorf("read decision %s: %w", id, translate(err))
	}
	d, err := decisionOf(row.Decision)
	d.Given = row.ContentJSON.Bytes()
	return d, err
}

// Decisions implements decision.Store.
func (db *DB) Decisions(ctx context.Context, q decision.DecisionQuery) ([]decision.LoggedDecision, error) {
	rows, err := db.search(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("search the decision log: %w", translate(err))
	}
	found := make([]decision.LoggedDecision, len(rows))
	for i, row := range rows {
		d, err := decisionOf(row)
		if err != nil {
			return nil, err
		}
		found[i] = decision.LoggedDecision{Seq: row.Seq, Decision: d}
	}
	return found, nil
}

// search takes a partner's own index if a partner is named: an optional condition
// is none to the planner.
func (db *DB) search(ctx context.Context, q decision.DecisionQuery) ([]sqlc.Decision, error) {
	before := q.Before
	if before == 0 {
		before = math.MaxInt64
	}
	params := sqlc.DecisionsParams{
		Before: before, Program: nullable(q.Program), Outcome: nullable(string(q.Outcome)),
		DecidedFromAt: column.At(q.DecidedFrom), DecidedToAt: column.At(q.DecidedTo), PageSize: pageSize(q.Limit),
	}
	if q.Partner == "" {
		return db.reads.Decisions(ctx, params)
	}
	return db.reads.DecisionsOfPartner(ctx, sqlc.DecisionsOfPartnerParams{
		Partner: &q.Partner, Before: params.Before, Program: params.Program, Outcome: params.Outcome,
		DecidedFromAt: params.DecidedFromAt, DecidedToAt: params.DecidedToAt, PageSize: params.PageSize,
	})
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
		DecidedAt: row.DecidedAt.Time, RequestID: row.RequestID,
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
