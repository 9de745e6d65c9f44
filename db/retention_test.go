package db_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"assay/db/dbtest"
	"assay/server/decision"
)

// What goes by age or by number, what is held, and that the counts are those of what stays.
func TestRemove(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	db := dbtest.Open(t, path)
	revision := tree(t, db)
	program := ""
	for day := range 10 {
		partner := []string{"p", "q"}[day%2]
		d := decided(fmt.Sprintf("d-%d", day), partner, revision, noon.AddDate(0, 0, day))
		d.Result = []byte(`{"outcome":"eligible","findings":[{"id":"revenue","status":"met","due":true,"reason":"met"}]}`)
		keep(t, db, d)
		program = d.Program
	}
	now := noon.AddDate(0, 0, 10)
	for _, c := range []struct {
		rule decision.Retention
		upTo int64
	}{
		{decision.Retention{}, 0},
		{decision.Retention{KeepDays: 4}, 6},
		{decision.Retention{KeepDays: 100}, 0},
		{decision.Retention{KeepLast: 3}, 7},
		{decision.Retention{KeepLast: 10}, 0},
		{decision.Retention{KeepDays: 4, KeepLast: 3}, 7},
		{decision.Retention{KeepDays: 2, KeepLast: 9}, 8},
	} {
		if upTo, err := db.Expired(t.Context(), program, c.rule, now); upTo != c.upTo || err != nil {
			t.Errorf("%+v: up to %d, want %d (%v)", c.rule, upTo, c.upTo, err)
		}
	}
	if n, err := db.Remove(t.Context(), program, 10, 100, now); n != 0 || err != nil {
		t.Errorf("%d went that were not sealed, %v", n, err)
	}
	dbtest.Seal(t, path, db)
	hold, err := db.Hold(t.Context(), decision.Hold{Scope: decision.HoldPartner, Name: "q", Reason: "r", By: "b", At: now})
	if err != nil {
		t.Fatal(err)
	}
	left := func(want ...string) {
		t.Helper()
		dbtest.Seal(t, path, db)
		var ids []string
		found, err := db.Decisions(t.Context(), decision.DecisionQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			ids = append(ids, d.ID)
		}
		slices.Sort(ids)
		if !slices.Equal(ids, want) {
			t.Errorf("left are %v, want %v", ids, want)
		}
		tally, err := db.Tally(t.Context(), decision.TallyQuery{})
		if err != nil {
			t.Fatal(err)
		}
		counted := int64(0)
		for _, o := range tally.Outcomes {
			if o.Count < 1 {
				t.Errorf("%+v", o)
			}
			counted += o.Count
		}
		if counted != int64(len(want)) || len(tally.Findings) != 1 || tally.Findings[0].Count != counted {
			t.Errorf("counted are %+v", tally)
		}
	}
	if n, err := db.Remove(t.Context(), program, 7, 3, now); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	left("d-1", "d-3", "d-5", "d-6", "d-7", "d-8", "d-9")
	if err := db.Release(t.Context(), hold.Seq, "r", "b", now); err != nil {
		t.Fatal(err)
	}
	if err := db.Release(t.Context(), hold.Seq, "r", "b", now); !errors.Is(err, decision.ErrNotFound) {
		t.Errorf("a hold ended twice: %v", err)
	}
	if n, err := db.Remove(t.Context(), program, 100, 100, now); n != 6 || err != nil {
		t.Fatal(n, err)
	}
	left("d-9")
	var removed *decision.RemovedError
	if _, err := db.Decision(t.Context(), "d-1"); !errors.As(err, &removed) || removed.Removal != 2 || !removed.At.Equal(now.Truncate(time.Microsecond)) {
		t.Error(err)
	}
	if _, err := db.Decision(t.Context(), "none"); !errors.Is(err, decision.ErrNotFound) {
		t.Error(err)
	}
}
