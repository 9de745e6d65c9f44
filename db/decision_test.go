package db_test

import (
	"errors"
	"fmt"
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
		full.Caller, full.TraceID = "crm", "4bf92f3577b34da6a3ce929d0e0e4736"
		stored := decided("d-2", "p", revision, noon)
		givenOnly := with(decided("d-3", "", revision, noon), `[]`)
		givenOnly.RequestID = ""
		for _, d := range []decision.Decision{full, stored, givenOnly} {
			kept := keep(t, db, d)
			got, err := db.Decision(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(kept, got); diff != "" {
				t.Errorf("%s (-kept +read):\n%s", d.ID, diff)
			}
			if kept.DecidedAt.Before(d.DecidedAt) {
				t.Errorf("%s: decided at %v, kept as of %v", d.ID, d.DecidedAt, kept.DecidedAt)
			}
			kept.DecidedAt = d.DecidedAt
			if diff := cmp.Diff(d, kept); diff != "" {
				t.Errorf("%s (-appended +kept):\n%s", d.ID, diff)
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
		keep(t, db, good)
		for name, change := range map[string]func(*decision.Decision){
			"the same id":                   func(d *decision.Decision) { d.ID = "d-1" },
			"an unknown tree":               func(d *decision.Decision) { d.Revision = decision.Digest([]byte("other")) },
			"no result":                     func(d *decision.Decision) { d.Result = nil },
			"no instant":                    func(d *decision.Decision) { d.DecidedAt = time.Time{} },
			"a trace of another form":       func(d *decision.Decision) { d.TraceID = "4bf9" },
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
			if _, err := db.Append(t.Context(), d); err == nil {
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
				if _, err := db.Append(t.Context(), d); err != nil {
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

// count looks into a table.
func count(t *testing.T, db *db.DB, table string) (n int) {
	t.Helper()
	if err := db.Handles()["read"].QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
