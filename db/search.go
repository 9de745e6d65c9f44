package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// Decisions implements decision.Store. Every filter is a list of places in the log, in
// an index of its own; the page is where they meet. So it takes the same time and memory
// wherever in the log it lies, and reads no rows but its own.
func (db *DB) Decisions(ctx context.Context, q decision.DecisionQuery) ([]decision.LoggedDecision, error) {
	var rows []sqlc.Decision
	err := db.inSnapshot(ctx, func(reads *sqlc.Queries) error {
		s := search{ctx: ctx, q: reads, oldestFirst: q.OldestFirst}
		places, err := s.places(q)
		if err != nil || len(places) == 0 {
			return err
		}
		for part := range slices.Chunk(places, rowsAtATime) {
			found, err := reads.DecisionsAt(ctx, part)
			if err != nil {
				return err
			}
			rows = append(rows, found...)
		}
		slices.SortFunc(rows, func(a, b sqlc.Decision) int { return cmp.Compare(s.key(a.Seq), s.key(b.Seq)) })
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("search the decision log: %w", translate(err))
	}
	found := make([]decision.LoggedDecision, len(rows))
	for i, row := range rows {
		d, err := decisionOf(row)
		if err == nil {
			err = db.noteErased(ctx, row.Seq, &d)
		}
		if err != nil {
			return nil, err
		}
		found[i] = decision.LoggedDecision{Seq: row.Seq, Decision: d}
	}
	return found, nil
}

// rowsAtATime is how many places a query names; SQLite has a bound.
const rowsAtATime = 500

// search reads lists of places in one direction. Keys ascend in that direction.
type search struct {
	ctx         context.Context
	q           *sqlc.Queries
	oldestFirst bool
}

// key and its inverse, which is the same.
func (s search) key(place int64) int64 {
	if s.oldestFirst {
		return place
	}
	return -place
}

// places are those of a page.
func (s search) places(q decision.DecisionQuery) ([]int64, error) {
	first, last, err := s.span(q.DecidedFrom, q.DecidedTo)
	if err != nil {
		return nil, err
	}
	from, to := s.key(last), s.key(first)
	if s.oldestFirst {
		from, to = first, last
	}
	if q.After != 0 {
		from = max(from, s.key(q.After)+1)
	}
	lists, err := s.lists(q)
	if err != nil {
		return nil, err
	}
	keys, err := take(lists, from, to+1, pageSize(q.Limit))
	for i, key := range keys {
		keys[i] = s.key(key)
	}
	return keys, err
}

// span is the part of the log from one instant to before another, both included; the
// zero instants are its ends. Nothing was decided in a span whose last is before its
// first.
func (s search) span(from, to time.Time) (first, last int64, err error) {
	first, last = 1, math.MaxInt64-1
	if !from.IsZero() {
		if first, err = s.since(from); err != nil {
			return 0, 0, err
		}
	}
	if !to.IsZero() {
		next, err := s.since(to)
		if err != nil {
			return 0, 0, err
		}
		last = next - 1
	}
	return first, last, nil
}

// since is the first place at an instant or after it.
func (s search) since(at time.Time) (int64, error) {
	place, err := s.q.FirstDecidedSince(s.ctx, column.At(at))
	if errors.Is(translate(err), decision.ErrNotFound) {
		return math.MaxInt64 - 1, nil
	}
	return place, err
}

// lists are the filters of the query, or the whole log if it has none.
func (s search) lists(q decision.DecisionQuery) (list, error) {
	all := intersection(s.words(q))
	// A partner's list, and a verdict, are of one program each.
	ofProgram := q.Program == ""
	if q.Partner != "" {
		l, err := s.partner(q.Partner, q.Program)
		if err != nil {
			return nil, err
		}
		all, ofProgram = append(all, l), true
	}
	if q.Requirement != "" || q.Status != "" || q.Reason != "" || q.Due != nil {
		l, err := s.verdicts(q)
		if err != nil {
			return nil, err
		}
		all, ofProgram = append(all, l), true
	}
	switch {
	case q.Outcome != "":
		l, err := s.outcome(q.Program, string(q.Outcome))
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	case !ofProgram:
		all = append(all, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfProgram(s.ctx, sqlc.LaterOfProgramParams{Program: q.Program, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfProgram(s.ctx, sqlc.EarlierOfProgramParams{Program: q.Program, Place: at, N: n})
			}))
	}
	if q.AsOfFrom != "" || q.AsOfTo != "" {
		l, err := s.days(q.AsOfFrom, q.AsOfTo)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		return s.list(
			func(at, n int64) ([]int64, error) { return s.q.Later(s.ctx, sqlc.LaterParams{Place: at, N: n}) },
			func(at, n int64) ([]int64, error) { return s.q.Earlier(s.ctx, sqlc.EarlierParams{Place: at, N: n}) }), nil
	}
	return all, nil
}

// list reads places from one place on, in the direction of the search.
func (s search) list(later, earlier func(at, n int64) ([]int64, error)) list {
	if s.oldestFirst {
		return &postings{read: later}
	}
	return &postings{read: func(at, n int64) ([]int64, error) {
		places, err := earlier(s.key(at), n)
		for i, place := range places {
			places[i] = s.key(place)
		}
		return places, err
	}}
}

// words are the lists of those filters that are one value of a column.
func (s search) words(q decision.DecisionQuery) (lists []list) {
	if q.Revision != "" {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfRevision(s.ctx, sqlc.LaterOfRevisionParams{Revision: q.Revision, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfRevision(s.ctx, sqlc.EarlierOfRevisionParams{Revision: q.Revision, Place: at, N: n})
			}))
	}
	if q.Action != "" {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfAction(s.ctx, sqlc.LaterOfActionParams{Action: &q.Action, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfAction(s.ctx, sqlc.EarlierOfActionParams{Action: &q.Action, Place: at, N: n})
			}))
	}
	if q.Caller != "" {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfCaller(s.ctx, sqlc.LaterOfCallerParams{Caller: q.Caller, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfCaller(s.ctx, sqlc.EarlierOfCallerParams{Caller: q.Caller, Place: at, N: n})
			}))
	}
	if q.RequestID != "" {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfRequest(s.ctx, sqlc.LaterOfRequestParams{RequestID: q.RequestID, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfRequest(s.ctx, sqlc.EarlierOfRequestParams{RequestID: q.RequestID, Place: at, N: n})
			}))
	}
	if q.TraceID != "" {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfTrace(s.ctx, sqlc.LaterOfTraceParams{TraceID: q.TraceID, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfTrace(s.ctx, sqlc.EarlierOfTraceParams{TraceID: q.TraceID, Place: at, N: n})
			}))
	}
	return lists
}

// partner are the decisions about one, of a program or of all: the index has the two
// together, because a partner is mostly asked for with a program.
func (s search) partner(partner, program string) (list, error) {
	programs, err := s.named(program, func(after string) (string, error) {
		return s.q.NextProgramOfPartner(s.ctx, sqlc.NextProgramOfPartnerParams{Partner: &partner, After: after})
	})
	if err != nil {
		return nil, err
	}
	var lists []list
	for _, program := range programs {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfPartner(s.ctx, sqlc.LaterOfPartnerParams{Partner: &partner, Program: program, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfPartner(s.ctx, sqlc.EarlierOfPartnerParams{Partner: &partner, Program: program, Place: at, N: n})
			}))
	}
	return newUnion(lists...), nil
}

// verdicts are the decisions with a finding that fits.
func (s search) verdicts(q decision.DecisionQuery) (list, error) {
	var due *int64
	if q.Due != nil {
		n := truth(*q.Due)
		due = &n
	}
	seqs, err := s.q.Verdicts(s.ctx, sqlc.VerdictsParams{
		Program: nullable(q.Program), Requirement: nullable(q.Requirement), Status: nullable(string(q.Status)),
		Due: due, Reason: nullable(q.Reason),
	})
	if err != nil {
		return nil, err
	}
	var lists []list
	for _, seq := range seqs {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfVerdict(s.ctx, sqlc.LaterOfVerdictParams{Verdict: seq, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfVerdict(s.ctx, sqlc.EarlierOfVerdictParams{Verdict: seq, Place: at, N: n})
			}))
	}
	return newUnion(lists...), nil
}

// outcome are the decisions of a program, or of all, with an outcome: the index has the
// two together, because an outcome alone is of many programs.
func (s search) outcome(program, outcome string) (list, error) {
	programs, err := s.named(program, func(after string) (string, error) { return s.q.NextProgram(s.ctx, after) })
	if err != nil {
		return nil, err
	}
	var lists []list
	for _, program := range programs {
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfOutcome(s.ctx, sqlc.LaterOfOutcomeParams{Program: program, Outcome: outcome, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfOutcome(s.ctx, sqlc.EarlierOfOutcomeParams{Program: program, Outcome: outcome, Place: at, N: n})
			}))
	}
	return newUnion(lists...), nil
}

// named is the one word that is asked for, or all that there are.
func (s search) named(one string, next func(after string) (string, error)) ([]string, error) {
	if one != "" {
		return []string{one}, nil
	}
	var all []string
	for last := ""; ; {
		word, err := next(last)
		if errors.Is(translate(err), decision.ErrNotFound) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all, last = append(all, word), word
	}
}

// days are the decisions as of a day from one to before another; the zero day is no
// bound.
func (s search) days(from, to decision.Day) (list, error) {
	next := cmp.Or(from, firstDay)
	to = cmp.Or(to, lastDay)
	var lists []list
	for {
		day, err := s.q.NextDay(s.ctx, column.Date(next))
		if errors.Is(translate(err), decision.ErrNotFound) {
			return newUnion(lists...), nil
		}
		if err != nil {
			return nil, err
		}
		if decision.Day(day) >= to {
			return newUnion(lists...), nil
		}
		lists = append(lists, s.list(
			func(at, n int64) ([]int64, error) {
				return s.q.LaterOfDay(s.ctx, sqlc.LaterOfDayParams{AsOfOn: day, Place: at, N: n})
			},
			func(at, n int64) ([]int64, error) {
				return s.q.EarlierOfDay(s.ctx, sqlc.EarlierOfDayParams{AsOfOn: day, Place: at, N: n})
			}))
		next = decision.Day(day) + "~" // sorts after the day and before any later one
	}
}
