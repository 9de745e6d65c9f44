package db_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

func TestDecisionComesBackAsAppended(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		revision := tree(t, db)
		full := with(decided("d-1", "p", revision, noon.Add(time.Microsecond)), `[{"kind":"membership","body":{"n":1.10}}]`)
		full.Position, full.KnownAt = 7, noon.Add(-time.Hour)
		full.Action, full.Actor = "renewal", &decision.Actor{ID: "anna@example.com", Roles: []string{"global_admin"}}
		stored := decided("d-2", "p", revision, noon)
		givenOnly := with(decided("d-3", "", revision, noon), `[]`)
		givenOnly.RequestID = ""
		for _, d := range []decision.Decision{full, stored, givenOnly} {
			if err := db.Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			got, err := db.Decision(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d, got); diff != "" {
				t.Errorf("%s (-appended +read):\n%s", d.ID, diff)
			}
		}
		if _, err := db.Decision(t.Context(), "d-4"); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("missing: %v", err)
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		revision := tree(t, db)
		good := decided("d-1", "p", revision, noon)
		if err := db.Append(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*decision.Decision){
			"the same id":                   func(d *decision.Decision) { d.ID = "d-1" },
			"an unknown tree":               func(d *decision.Decision) { d.Revision = decision.Digest([]byte("other")) },
			"no result":                     func(d *decision.Decision) { d.Result = nil },
			"no instant":                    func(d *decision.Decision) { d.DecidedAt = time.Time{} },
			"about nobody":                  func(d *decision.Decision) { d.Partner = "" },
			"given under a lie":             func(d *decision.Decision) { *d = with(*d, `["new"]`); d.Given = []byte(`[2]`) },
			"a digest, no facts":            func(d *decision.Decision) { *d = with(*d, `["new"]`); d.Given = nil },
			"facts, no digest":              func(d *decision.Decision) { *d = with(*d, `["new"]`); d.GivenDigest = "" },
			"too late a year":               func(d *decision.Decision) { d.KnownAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
			"a bad entry, with given facts": func(d *decision.Decision) { *d = with(*d, `["new"]`); d.Program = "" },
		} {
			d := good
			d.ID = "d-2"
			change(&d)
			if err := db.Append(t.Context(), d); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if n := count(t, db, "decision"); n != 1 {
			t.Errorf("%d decisions, want 1", n)
		}
		if n := count(t, db, "input"); n != 0 {
			t.Errorf("%d inputs without a decision", n)
		}
	})
}

func TestGivenFactsAreStoredOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		revision := tree(t, db)
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				d := with(decided(fmt.Sprint("d-", i), "p", revision, noon), fmt.Sprintf("[%d]", i%2))
				if err := db.Append(t.Context(), d); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if decisions, inputs := count(t, db, "decision"), count(t, db, "input"); decisions != 40 || inputs != 2 {
			t.Errorf("%d decisions with %d inputs", decisions, inputs)
		}
	})
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		revision := tree(t, db)
		partners := []string{"p", "q", ""}
		programs := []string{"csp.enrollment", "csp.retention"}
		outcomes := []decision.Outcome{decision.Eligible, decision.NotEligible, decision.NeedsReview, "allow", "deny"}
		var log []decision.Decision
		for i := range 60 {
			d := with(decided(fmt.Sprintf("d-%02d", i), partners[i%3], revision, noon), "[]")
			d.Program, d.Outcome = programs[i%2], outcomes[i%5]
			// The clock goes back now and then.
			d.DecidedAt = noon.Add(time.Duration(i-i%7) * time.Second)
			log = append(log, d)
			if err := db.Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		var queries []decision.DecisionQuery
		for bits := range 32 {
			var q decision.DecisionQuery
			for bit, set := range []func(){
				func() { q.Partner = "q" },
				func() { q.Program = "csp.retention" },
				func() { q.Outcome = decision.NotEligible },
				func() { q.DecidedFrom = noon.Add(7 * time.Second) },
				func() { q.DecidedTo = noon.Add(49 * time.Second) },
			} {
				if bits&(1<<bit) != 0 {
					set()
				}
			}
			queries = append(queries, q)
		}
		queries = append(queries, decision.DecisionQuery{Partner: "nobody"}, decision.DecisionQuery{Outcome: "none"})
		for _, q := range queries {
			var want []string
			for _, d := range slices.Backward(log) {
				if matches(q, d) {
					want = append(want, d.ID)
				}
			}
			if got := pages(t, db, q, 3); !slices.Equal(got, want) {
				t.Errorf("%+v:\n got %v\nwant %v", q, got, want)
			}
		}
		one, err := db.Decisions(t.Context(), decision.DecisionQuery{Limit: 1})
		if err != nil || len(one) != 1 {
			t.Fatal(one, err)
		}
		want := log[59]
		want.Given = nil // as the contract says
		if diff := cmp.Diff(want, one[0].Decision); diff != "" || one[0].Seq != 60 {
			t.Errorf("newest, seq %d (-appended +found):\n%s", one[0].Seq, diff)
		}
		if none, err := db.Decisions(t.Context(), decision.DecisionQuery{Limit: -1}); err != nil || len(none) != 0 {
			t.Errorf("limit -1: %v, %v", none, err)
		}
	})
}

// matches is the search as the contract words it.
func matches(q decision.DecisionQuery, d decision.Decision) bool {
	return (q.Partner == "" || d.Partner == q.Partner) &&
		(q.Program == "" || d.Program == q.Program) &&
		(q.Outcome == "" || d.Outcome == q.Outcome) &&
		(q.DecidedFrom.IsZero() || !d.DecidedAt.Before(q.DecidedFrom)) &&
		(q.DecidedTo.IsZero() || d.DecidedAt.Before(q.DecidedTo))
}

// pages walks through all pages of a search.
func pages(t *testing.T, db *db.DB, q decision.DecisionQuery, size int) []string {
	t.Helper()
	var all []string
	for q.Limit = size; ; {
		page, err := db.Decisions(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, ids(page)...)
		q.Before = page[len(page)-1].Seq
	}
}

// count looks into a table.
func count(t *testing.T, db *db.DB, table string) (n int) {
	t.Helper()
	if err := db.Handles()["read"].QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
