package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// verdict is a finding without its values.
type verdict = sqlc.VerdictSeqParams

// verdicts knows the numbers of verdicts, which never change. It may be used
// concurrently.
type verdicts struct {
	mu   sync.RWMutex
	seqs map[verdict]int64
}

func (v *verdicts) recall(key verdict) (int64, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	seq, ok := v.seqs[key]
	return seq, ok
}

// remember is for numbers that are committed: those of a transaction that was undone
// may be given to others.
func (v *verdicts) remember(seqs map[verdict]int64) {
	if len(seqs) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seqs == nil {
		v.seqs = make(map[verdict]int64)
	}
	maps.Copy(v.seqs, seqs)
}

// appendFindings makes the decision findable by what came out for each requirement, and
// counts it. Verdicts that are new to this process are added to named.
func (db *DB) appendFindings(ctx context.Context, q *sqlc.Queries, seq int64, at column.Time, d decision.Decision, named map[verdict]int64) error {
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return err
	}
	day := column.Date(decision.DayOf(at.Time))
	err = q.CountOutcome(ctx, sqlc.CountOutcomeParams{DecidedOn: day, Program: d.Program, Outcome: string(d.Outcome)})
	if err != nil {
		return fmt.Errorf("count the outcome: %w", translate(err))
	}
	written := make(map[verdict]bool, len(result.Findings))
	for _, f := range result.Findings {
		key := verdict{Program: d.Program, Requirement: f.ID, Status: string(f.Status), Due: truth(f.Due), Reason: f.Reason}
		if written[key] {
			continue
		}
		written[key] = true
		if err := db.appendFinding(ctx, q, seq, day, key, named); err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, translate(err))
		}
	}
	return nil
}

func (db *DB) appendFinding(ctx context.Context, q *sqlc.Queries, seq int64, day column.Date, key verdict, named map[verdict]int64) error {
	number, ok := db.verdicts.recall(key)
	if !ok {
		number, ok = named[key]
	}
	if !ok {
		var err error
		if number, err = verdictSeq(ctx, q, key); err != nil {
			return err
		}
		named[key] = number
	}
	if err := q.InsertFinding(ctx, sqlc.InsertFindingParams{Verdict: number, Decision: seq}); err != nil {
		return err
	}
	if err := q.CountFinding(ctx, sqlc.CountFindingParams{DecidedOn: day, Verdict: number}); err != nil {
		return err
	}
	return q.CountMonth(ctx, sqlc.CountMonthParams{Month: monthOf(decision.Day(day)), Verdict: number})
}

func verdictSeq(ctx context.Context, q *sqlc.Queries, key verdict) (int64, error) {
	number, err := q.VerdictSeq(ctx, key)
	if errors.Is(translate(err), decision.ErrNotFound) {
		return q.InsertVerdict(ctx, sqlc.InsertVerdictParams(key))
	}
	return number, err
}

// The days before and after all others, as text sorts.
const (
	firstDay decision.Day = "0000-01-01"
	lastDay  decision.Day = "9999-99-99"
)

// Tally implements decision.Store.
func (db *DB) Tally(ctx context.Context, t decision.TallyQuery) (decision.Tally, error) {
	t.From, t.To = cmp.Or(t.From, firstDay), cmp.Or(t.To, lastDay)
	var tally decision.Tally
	err := db.inSnapshot(ctx, func(q *sqlc.Queries) error {
		outcomes, err := q.TallyOutcomes(ctx, sqlc.TallyOutcomesParams{
			FromOn: column.Date(t.From), ToOn: column.Date(t.To), Program: nullable(t.Program),
		})
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			tally.Outcomes = append(tally.Outcomes, decision.OutcomeCount{
				Day: decision.Day(o.DecidedOn), Program: o.Program, Outcome: decision.Outcome(o.Outcome), Count: o.N,
			})
		}
		tally.Findings, err = tallyFindings(ctx, q, t)
		return err
	})
	if err != nil {
		return tally, fmt.Errorf("count decisions: %w", translate(err))
	}
	return tally, nil
}

// tallyFindings adds up whole months, and the days before and after them.
func tallyFindings(ctx context.Context, q *sqlc.Queries, t decision.TallyQuery) ([]decision.FindingCount, error) {
	program := nullable(t.Program)
	first, last := nextMonth(t.From), monthOf(t.To)
	spans := [][2]decision.Day{{t.From, startOf(first)}, {startOf(last), t.To}}
	if first > last {
		spans = [][2]decision.Day{{t.From, t.To}} // within one month
	}
	months, err := q.TallyMonths(ctx, sqlc.TallyMonthsParams{FromMonth: first, ToMonth: last, Program: program})
	if err != nil {
		return nil, err
	}
	counts := make(map[verdict]int64)
	for _, m := range months {
		counts[verdict{Program: m.Program, Requirement: m.Requirement, Status: m.Status, Due: m.Due, Reason: m.Reason}] += m.N
	}
	for _, span := range spans {
		days, err := q.TallyFindings(ctx, sqlc.TallyFindingsParams{
			FromOn: column.Date(span[0]), ToOn: column.Date(span[1]), Program: program,
		})
		if err != nil {
			return nil, err
		}
		for _, d := range days {
			counts[verdict{Program: d.Program, Requirement: d.Requirement, Status: d.Status, Due: d.Due, Reason: d.Reason}] += d.N
		}
	}
	var list []decision.FindingCount
	for _, v := range slices.SortedFunc(maps.Keys(counts), inOrder) {
		list = append(list, decision.FindingCount{
			Program: v.Program, Requirement: v.Requirement, Status: decision.Status(v.Status), Due: v.Due == 1, Reason: v.Reason,
			Count: counts[v],
		})
	}
	return list, nil
}

func inOrder(a, b verdict) int {
	return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.Requirement, b.Requirement),
		cmp.Compare(a.Status, b.Status), cmp.Compare(a.Due, b.Due), cmp.Compare(a.Reason, b.Reason))
}

// monthOf is the month of a day, YYYY-MM.
func monthOf(d decision.Day) string { return string(d[:len("YYYY-MM")]) }

func startOf(month string) decision.Day { return decision.Day(month + "-01") }

// nextMonth is the first month that begins on the day or after it.
func nextMonth(d decision.Day) string {
	month := monthOf(d)
	if d == startOf(month) {
		return month
	}
	start, err := time.Parse(time.DateOnly, string(startOf(month)))
	if next := start.AddDate(0, 1, 0); err == nil && next.Year() <= 9999 {
		return monthOf(decision.DayOf(next))
	}
	return monthOf(lastDay)
}

// truth is how a boolean is stored.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
