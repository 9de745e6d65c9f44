package db_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

// The words of a made-up log; "" is what a decision need not have.
var (
	somePartners = []string{"p", "q", "r", ""}
	somePrograms = []string{"csp.enrollment", "csp.retention", "csp.actions"}
	someOutcomes = []decision.Outcome{decision.Eligible, decision.NotEligible, decision.NeedsReview, "allow", "deny"}
	someNames    = []string{"revenue", "membership", "support"}
	someStatuses = []decision.Status{decision.Met, decision.NotMet, decision.Unknown}
	someReasons  = []string{"met", "below", ""}
	someCallers  = []string{"", "crm", "portal"}
	someActions  = []string{"", "renewal"}
	someTraces   = []string{"", "4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000001"}
	someDays     = []decision.Day{"2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01"}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// madeUp is a decision with findings of all kinds.
func madeUp(r *rand.Rand, id, revision string, at time.Time) decision.Decision {
	d := with(decided(id, pick(r, somePartners), revision, at), fmt.Sprintf("[%d]", r.IntN(2)))
	d.Program, d.Outcome, d.AsOf = pick(r, somePrograms), pick(r, someOutcomes), pick(r, someDays)
	d.Action, d.Caller, d.TraceID, d.RequestID = pick(r, someActions), pick(r, someCallers), pick(r, someTraces), fmt.Sprint("r-", r.IntN(50))
	result := decision.Result{Outcome: d.Outcome, Findings: []decision.Finding{}}
	for range r.IntN(4) {
		result.Findings = append(result.Findings, decision.Finding{
			ID: pick(r, someNames), Status: pick(r, someStatuses), Due: r.IntN(2) == 0, Reason: pick(r, someReasons),
		})
	}
	d.Result, _ = json.Marshal(result)
	return d
}

// fill logs n made-up decisions on a clock that goes back now and then.
func fill(t *testing.T, db *db.DB, r *rand.Rand, n int) []decision.Decision {
	t.Helper()
	revisions := []string{tree(t, db), decision.Digest([]byte("another"))}
	if err := activate(t, db, revisions[1], map[string][]byte{"a.rego": nil}, noon); err != nil {
		t.Fatal(err)
	}
	log := make([]decision.Decision, n)
	for i := range log {
		log[i] = madeUp(r, fmt.Sprintf("d-%d", i), pick(r, revisions), noon.Add(time.Duration(i-i%7)*6*time.Hour))
	}
	for part := range slices.Chunk(log, 100) {
		if err := db.AppendAll(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// madeUpQuery has some filters, each of values that the log has, or once in a while not.
func madeUpQuery(r *rand.Rand, log []decision.Decision) decision.DecisionQuery {
	var q decision.DecisionQuery
	of := log[r.IntN(len(log))]
	set := func(f func()) {
		if r.IntN(6) == 0 {
			f()
		}
	}
	set(func() { q.Partner = of.Partner })
	set(func() { q.Program = of.Program })
	set(func() { q.Outcome = pick(r, someOutcomes) })
	set(func() { q.Revision = of.Revision })
	set(func() { q.Caller = of.Caller })
	set(func() { q.Action = of.Action })
	set(func() { q.TraceID = of.TraceID })
	set(func() { q.RequestID = of.RequestID })
	set(func() { q.Requirement = pick(r, someNames) })
	set(func() { q.Status = pick(r, someStatuses) })
	set(func() { q.Reason = pick(r, someReasons) })
	set(func() { due := r.IntN(2) == 0; q.Due = &due })
	set(func() { q.AsOfFrom = pick(r, someDays) })
	set(func() { q.AsOfTo = pick(r, someDays) })
	set(func() { q.DecidedFrom = pick(r, log).DecidedAt })
	set(func() { q.DecidedTo = pick(r, log).DecidedAt.Add(time.Duration(r.IntN(2)) * time.Microsecond) })
	set(func() { q.Partner = "nobody" })
	q.OldestFirst = r.IntN(2) == 0
	return q
}

// matches is the search as the contract words it.
func matches(q decision.DecisionQuery, d decision.Decision) bool {
	var result decision.Result
	if err := json.Unmarshal(d.Result, &result); err != nil {
		panic(err)
	}
	fits := func(want, got string) bool { return want == "" || want == got }
	ofFindings := q.Requirement != "" || q.Status != "" || q.Reason != "" || q.Due != nil
	return fits(q.Partner, d.Partner) && fits(q.Program, d.Program) && fits(string(q.Outcome), string(d.Outcome)) &&
		fits(q.Revision, d.Revision) && fits(q.Caller, d.Caller) && fits(q.Action, d.Action) &&
		fits(q.TraceID, d.TraceID) && fits(q.RequestID, d.RequestID) &&
		(!ofFindings || slices.ContainsFunc(result.Findings, func(f decision.Finding) bool {
			return fits(q.Requirement, f.ID) && fits(string(q.Status), string(f.Status)) && fits(q.Reason, f.Reason) &&
				(q.Due == nil || *q.Due == f.Due)
		})) &&
		(q.AsOfFrom == "" || d.AsOf >= q.AsOfFrom) && (q.AsOfTo == "" || d.AsOf < q.AsOfTo) &&
		(q.DecidedFrom.IsZero() || !d.DecidedAt.Before(q.DecidedFrom)) &&
		(q.DecidedTo.IsZero() || d.DecidedAt.Before(q.DecidedTo))
}

// A search gives what reading the whole log would, in pages of any size, either way.
func TestSearchFindsWhatReadingFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		r := rand.New(rand.NewPCG(1, 1))
		log := fill(t, db, r, 400)
		nonEmpty := 0
		for range 400 {
			q := madeUpQuery(r, log)
			var want []string
			for i := range log {
				if !q.OldestFirst {
					i = len(log) - 1 - i
				}
				if matches(q, log[i]) {
					want = append(want, log[i].ID)
				}
			}
			if len(want) > 0 {
				nonEmpty++
			}
			if got := pages(t, db, q, 1+r.IntN(60)); !slices.Equal(got, want) {
				t.Fatalf("%+v:\n got %v\nwant %v", q, got, want)
			}
		}
		if nonEmpty < 100 {
			t.Errorf("only %d searches found anything", nonEmpty)
		}
		one, err := db.Decisions(t.Context(), decision.DecisionQuery{Limit: 1})
		if err != nil || len(one) != 1 {
			t.Fatal(one, err)
		}
		want := log[len(log)-1]
		want.Given = nil // as the contract says
		if diff := gocmp.Diff(want, one[0].Decision); diff != "" || one[0].Seq != int64(len(log)) {
			t.Errorf("newest, seq %d (-appended +found):\n%s", one[0].Seq, diff)
		}
		if none, err := db.Decisions(t.Context(), decision.DecisionQuery{Limit: -1}); err != nil || len(none) != 0 {
			t.Errorf("limit -1: %v, %v", none, err)
		}
	})
}

// Pages are what they would be without the decisions that are logged in between, and a
// walk ends although the log grows.
func TestSearchIsStableWhileTheLogGrows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		r := rand.New(rand.NewPCG(2, 2))
		log := fill(t, db, r, 60)
		for _, oldestFirst := range []bool{false, true} {
			grown := 0
			var seen []string
			for d, err := range decision.Walk(t.Context(), growing{db, func() {
				grown++
				keep(t, db, madeUp(r, fmt.Sprint("new-", oldestFirst, grown), log[0].Revision, noon))
			}}, decision.DecisionQuery{OldestFirst: oldestFirst}) {
				if err != nil {
					t.Fatal(err)
				}
				seen = append(seen, d.ID)
			}
			before := 60
			if oldestFirst {
				before++ // what the first walk let grow
			}
			if len(seen) < before || len(seen) > before+grown || grown > 5 || !slices.Contains(seen, "d-0") || !slices.Contains(seen, "d-59") {
				t.Errorf("oldest first %v: %d seen, %d grown: %v", oldestFirst, len(seen), grown, seen)
			}
		}
		limited := 0
		for range decision.Walk(t.Context(), db, decision.DecisionQuery{Limit: 7}) {
			limited++
		}
		if limited != 7 {
			t.Errorf("a walk of 7 gave %d", limited)
		}
	})
}

// growing logs another decision before each search.
type growing struct {
	*db.DB
	grow func()
}

func (g growing) Decisions(ctx context.Context, q decision.DecisionQuery) ([]decision.LoggedDecision, error) {
	g.grow()
	return g.DB.Decisions(ctx, q)
}

// The tallies are what a recount of the log gives, also narrowed down.
func TestTalliesAreARecount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		log := fill(t, db, rand.New(rand.NewPCG(3, 3)), 400)
		refused := log[0]
		refused.GivenDigest = "not the digest"
		if err := db.AppendAll(t.Context(), []decision.Decision{madeUp(rand.New(rand.NewPCG(4, 4)), "x", log[0].Revision, noon), refused}); err == nil {
			t.Fatal("accepted")
		}
		for _, q := range []decision.TallyQuery{
			{}, {Program: "csp.retention"}, {From: "2026-03-05"}, {To: "2026-03-05"}, {Program: "csp.actions", From: "2026-03-03", To: "2026-03-09"}, {From: "2030-01-01"},
			{From: "2026-03-05", To: "2026-05-10"}, {From: "2026-04-01", To: "2026-06-01"}, {From: "2026-03-31", To: "2026-04-01"},
			{From: "2026-04-30", To: "2026-05-02"}, {From: "2026-05-01"}, {To: "2026-05-01"}, {From: "9999-12-31"},
		} {
			got, err := db.Tally(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(recount(q, log), got); diff != "" {
				t.Errorf("%+v (-recount +tally):\n%s", q, diff)
			}
		}
	})
}

func recount(q decision.TallyQuery, log []decision.Decision) (t decision.Tally) {
	outcomes, findings := make(map[decision.OutcomeCount]int64), make(map[decision.FindingCount]int64)
	for _, d := range log {
		day := decision.DayOf(d.DecidedAt)
		if q.Program != "" && d.Program != q.Program || day < q.From || q.To != "" && day >= q.To {
			continue
		}
		outcomes[decision.OutcomeCount{Day: day, Program: d.Program, Outcome: d.Outcome}]++
		result, _ := decision.ParseResult(d.Result)
		own := make(map[decision.FindingCount]bool)
		for _, f := range result.Findings {
			own[decision.FindingCount{Program: d.Program, Requirement: f.ID, Status: f.Status, Due: f.Due, Reason: f.Reason}] = true
		}
		for f := range own {
			findings[f]++
		}
	}
	for o, n := range outcomes {
		o.Count = n
		t.Outcomes = append(t.Outcomes, o)
	}
	for f, n := range findings {
		f.Count = n
		t.Findings = append(t.Findings, f)
	}
	slices.SortFunc(t.Outcomes, func(a, b decision.OutcomeCount) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Program, b.Program), cmp.Compare(a.Outcome, b.Outcome))
	})
	slices.SortFunc(t.Findings, func(a, b decision.FindingCount) int {
		return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Status, b.Status),
			cmp.Compare(fmt.Sprint(a.Due), fmt.Sprint(b.Due)), cmp.Compare(a.Reason, b.Reason))
	})
	return t
}

// pages walks through all pages of a search.
func pages(t *testing.T, db *db.DB, q decision.DecisionQuery, size int) (all []string) {
	t.Helper()
	for q.Limit = size; ; {
		page, err := db.Decisions(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids(page)...)
		if len(page) < size {
			return all
		}
		q.After = page[len(page)-1].Seq
	}
}
