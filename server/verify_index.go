package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"assay/db"
	"assay/server/decision"
	"assay/server/replay"
)

// What verify holds against the log besides the decisions themselves. Neither is in the
// ledger, because both can be made anew from what is.
const (
	partIndex = "index" // what a decision is searched by
	partCount = "count" // what statistics are made of
)

// indexCheck holds the search index against results, which come in the order of the log.
type indexCheck struct {
	store  *db.DB
	sample bool
	// page is what the index has up to a place, as far as it was not compared yet.
	page       map[int64][]decision.Posting
	upto, last int64
}

// indexPage is for how many places the index is read at a time.
const indexPage = 200

// check compares what the index has for a decision, and whatever it has for places before
// it at which there is none.
func (c *indexCheck) check(ctx context.Context, r replay.Result) (list []mismatch, err error) {
	after, upto := c.upto, min(r.Seq+indexPage-1, c.last)
	if c.sample {
		after, upto = r.Seq-1, r.Seq
	}
	if r.Seq > c.upto {
		for _, seq := range slices.Sorted(maps.Keys(c.page)) {
			list = append(list, stray(seq, c.page[seq]))
		}
		if c.page, err = c.store.PostingsOf(ctx, after, upto); err != nil {
			return nil, err
		}
		c.upto = upto
	}
	for _, seq := range slices.Sorted(maps.Keys(c.page)) {
		if seq < r.Seq {
			list = append(list, stray(seq, c.page[seq]))
			delete(c.page, seq)
		}
	}
	indexed := c.page[r.Seq]
	delete(c.page, r.Seq)
	want, err := r.Decision.Postings()
	if err != nil || r.Decision.Program == "" {
		return list, nil // it cannot be read, and is named for that
	}
	m := mismatch{DecisionID: r.Decision.ID, Seq: r.Seq, Revision: r.Decision.Revision}
	for _, v := range want {
		if !slices.Contains(indexed, v) {
			m.Differences = append(m.Differences, decision.Difference{Part: partIndex, Logged: v.String()})
		}
	}
	for _, v := range indexed {
		if !slices.Contains(want, v) {
			m.Differences = append(m.Differences, notLogged(v))
		}
	}
	if len(m.Differences) > 0 {
		list = append(list, m)
	}
	return list, nil
}

// stray is what the index has for a place at which there is no decision.
func stray(seq int64, postings []decision.Posting) mismatch {
	m := mismatch{Seq: seq}
	for _, v := range postings {
		m.Differences = append(m.Differences, notLogged(v))
	}
	return m
}

func notLogged(v decision.Posting) decision.Difference {
	return decision.Difference{Part: partIndex, Replayed: v.String() + " is there, and the log does not say so"}
}

// countsVerified tells how many counts are not what counting anew gives.
type countsVerified struct {
	Differing int64 `json:"differing"`
}

func verifyCounts(ctx context.Context, store *db.DB, report *verifyReport) (*countsVerified, error) {
	list, err := store.Recount(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		err := report.write(mismatch{Count: m.Of, Differences: []decision.Difference{{
			Part: partCount, Replayed: fmt.Sprintf("kept is %d, and counting anew gives %d", m.Tallied, m.Counted),
		}}})
		if err != nil {
			return nil, err
		}
	}
	return &countsVerified{Differing: int64(len(list))}, nil
}
