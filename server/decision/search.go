package decision

import (
	"context"
	"errors"
	"iter"
	"time"
)

// DecisionQuery filters the log; zero fields do not filter.
type DecisionQuery struct {
	Partner, Program, Action string
	Outcome                  Outcome
	Revision                 string
	Caller                   string
	RequestID, TraceID       string
	// Requirement, Status, Reason and Due must hold of one and the same finding.
	Requirement, Reason string
	Status              Status
	Due                 *bool
	// AsOfFrom and DecidedFrom are inclusive, AsOfTo and DecidedTo exclusive.
	AsOfFrom, AsOfTo       Day
	DecidedFrom, DecidedTo time.Time
	// OldestFirst turns the order round; otherwise the newest come first.
	OldestFirst bool
	// After is the sequence number at which the page before ended; 0 starts with the
	// first one.
	After int64
	Limit int
}

// LoggedDecision is a decision with its place in the log.
type LoggedDecision struct {
	Seq int64
	Decision
}

// TallyQuery says what to count: zero fields do not narrow it down.
type TallyQuery struct {
	Program string
	// From is the first day on which something was decided, To the one after the last.
	From, To Day
}

// Tally is how many decisions there are.
type Tally struct {
	Outcomes []OutcomeCount
	Findings []FindingCount
}

// OutcomeCount is how many decisions of a program had an outcome on a day.
type OutcomeCount struct {
	Day     Day
	Program string
	Outcome Outcome
	Count   int64
}

// FindingCount is how many decisions of a program had a finding, its values apart.
type FindingCount struct {
	Program, Requirement string
	Status               Status
	Due                  bool
	Reason               string
	Count                int64
}

// DecisionLog is where decisions are searched.
type DecisionLog interface {
	Decisions(ctx context.Context, q DecisionQuery) ([]LoggedDecision, error)
}

// walkPage is how many decisions are in memory while a log is walked.
const walkPage = 200

// errEnough ends a walk whose end has been reached.
var errEnough = errors.New("enough")

// Walk gives all decisions that a search finds, however many: at most q.Limit, if it is
// not 0. Those that are logged after it began are left out, so that it ends.
func Walk(ctx context.Context, log DecisionLog, q DecisionQuery) iter.Seq2[LoggedDecision, error] {
	return func(yield func(LoggedDecision, error) bool) {
		if err := walk(ctx, log, q, yield); err != nil && !errors.Is(err, errEnough) {
			yield(LoggedDecision{}, err)
		}
	}
}

func walk(ctx context.Context, log DecisionLog, q DecisionQuery, yield func(LoggedDecision, error) bool) error {
	newest, err := log.Decisions(ctx, DecisionQuery{Limit: 1})
	if err != nil || len(newest) == 0 {
		return err
	}
	if q.After == 0 && !q.OldestFirst {
		q.After = newest[0].Seq + 1
	}
	for left := q.Limit; ; {
		q.Limit = walkPage
		if left > 0 {
			q.Limit = min(left, walkPage)
		}
		page, err := log.Decisions(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range page {
			if d.Seq > newest[0].Seq || !yield(d, nil) {
				return errEnough
			}
			q.After = d.Seq
		}
		if left -= len(page); len(page) < q.Limit || left == 0 {
			return nil
		}
	}
}
