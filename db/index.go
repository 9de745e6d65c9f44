package db

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"assay/db/sqlc"
	"assay/server/decision"
)

// PostingsOf are what the search index has for the decisions after one place in the log up
// to another, by place.
func (db *DB) PostingsOf(ctx context.Context, after, upto int64) (map[int64][]decision.Posting, error) {
	rows, err := db.reads.FindingsOf(ctx, sqlc.FindingsOfParams{After: after, Upto: upto})
	if err != nil {
		return nil, fmt.Errorf("read the index after %d: %w", after, translate(err))
	}
	found := make(map[int64][]decision.Posting)
	for _, r := range rows {
		found[r.Decision] = append(found[r.Decision], decision.Posting{
			Program: r.Program, Requirement: r.Requirement, Status: decision.Status(r.Status), Due: r.Due == 1, Reason: r.Reason,
		})
	}
	return found, nil
}

// Recount counts the log again and gives the counts that are not what came out. It sees
// the database as it is at one moment.
func (db *DB) Recount(ctx context.Context) (list []decision.Miscount, err error) {
	err = db.inSnapshot(ctx, func(q *sqlc.Queries) error {
		for _, recount := range []func(context.Context, *sqlc.Queries) ([]decision.Miscount, error){
			recountOutcomes, recountFindings, recountStragglers,
		} {
			found, err := recount(ctx, q)
			if err != nil {
				return err
			}
			list = append(list, found...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count the log again: %w", translate(err))
	}
	return list, nil
}

func recountOutcomes(ctx context.Context, q *sqlc.Queries) (list []decision.Miscount, err error) {
	rows, err := q.RecountOutcomes(ctx)
	for _, r := range rows {
		list = append(list, decision.Miscount{
			Of: fmt.Sprintf("%s: outcome %s of %s", r.DecidedOn, r.Outcome, r.Program), Tallied: r.Tallied, Counted: r.Counted,
		})
	}
	return list, err
}

// recountFindings compares days, and months with what their days add up to.
func recountFindings(ctx context.Context, q *sqlc.Queries) (list []decision.Miscount, err error) {
	verdicts, err := q.AllVerdicts(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string)
	for _, v := range verdicts {
		names[v.Seq] = decision.Posting{
			Program: v.Program, Requirement: v.Requirement, Status: decision.Status(v.Status), Due: v.Due == 1, Reason: v.Reason,
		}.String()
	}
	name := func(span string, verdict int64) string {
		return span + ": " + cmp.Or(names[verdict], fmt.Sprintf("verdict %d, which is not there", verdict))
	}
	days, err := q.RecountFindings(ctx)
	if err != nil {
		return nil, err
	}
	tallied, err := q.CountedMonths(ctx)
	if err != nil {
		return nil, err
	}
	type key struct {
		month   string
		verdict int64
	}
	months := make(map[key]decision.Miscount)
	for _, m := range tallied {
		months[key{m.Month, m.Verdict}] = decision.Miscount{Of: name(m.Month, m.Verdict), Tallied: m.N}
	}
	for _, d := range days {
		if d.Tallied != d.Counted {
			list = append(list, decision.Miscount{Of: name(d.DecidedOn, d.Verdict), Tallied: d.Tallied, Counted: d.Counted})
		}
		k := key{monthOf(decision.Day(d.DecidedOn)), d.Verdict}
		m := months[k]
		m.Of = name(k.month, k.verdict)
		m.Counted += d.Counted
		months[k] = m
	}
	for _, m := range slices.SortedFunc(maps.Values(months), func(a, b decision.Miscount) int { return cmp.Compare(a.Of, b.Of) }) {
		if m.Tallied != m.Counted {
			list = append(list, m)
		}
	}
	return list, nil
}

func recountStragglers(ctx context.Context, q *sqlc.Queries) (list []decision.Miscount, err error) {
	rows, err := q.RecountStragglers(ctx)
	for _, r := range rows {
		list = append(list, decision.Miscount{
			Of: fmt.Sprintf("decisions out of order: %d", r.Decision), Tallied: r.Listed, Counted: 1 - r.Listed,
		})
	}
	return list, err
}
