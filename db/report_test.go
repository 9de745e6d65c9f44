package db_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

func TestReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		served := tree(t, db)
		var want []decision.Report
		for i, digit := range []string{"1", "2", "3"} {
			r := decision.Report{
				ID: strings.Repeat(digit, 64), CreatedAt: noon.Add(time.Duration(i) * time.Hour), Live: served, Candidate: strings.Repeat("c", 64),
				Content: []byte(strings.Repeat(`{"turns":[]}`, i+1)),
			}
			if err := db.KeepReport(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			again := r
			again.Content = []byte("other")
			if err := db.KeepReport(t.Context(), again); err != nil {
				t.Errorf("kept again: %v", err)
			}
			r.Seq = int64(i + 1)
			got, err := db.Report(t.Context(), r.ID)
			if diff := cmp.Diff(r, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			r.Content = nil
			want = append([]decision.Report{r}, want...)
		}

		two := want[1].ID
		if _, err := db.Acceptance(t.Context(), two); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("accepted by nobody: %v", err)
		}
		first := decision.Acceptance{By: "ada", At: noon.Add(5 * time.Hour)}
		for _, a := range []decision.Acceptance{first, {By: "bob", At: noon.Add(6 * time.Hour)}} {
			if counts, err := db.Accept(t.Context(), two, a); err != nil || counts != first {
				t.Errorf("%+v, %v", counts, err)
			}
		}
		if a, err := db.Acceptance(t.Context(), two); err != nil || a != first {
			t.Errorf("%+v, %v", a, err)
		}
		if _, err := db.Accept(t.Context(), served, first); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("a report that is not kept: %v", err)
		}
		if _, err := db.Accept(t.Context(), want[0].ID, decision.Acceptance{At: noon}); err == nil {
			t.Error("accepted by nobody")
		}

		want[1].Accepted = first
		for _, c := range []struct {
			before int64
			limit  int
			want   []decision.Report
		}{{0, 10, want}, {0, 1, want[:1]}, {3, 10, want[1:]}} {
			got, err := db.Reports(t.Context(), c.before, c.limit)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		}

		a := decision.Activation{Revision: served, At: noon.Add(7 * time.Hour), By: "ada", Report: two}
		if _, err := db.Activate(t.Context(), a, map[string][]byte{"a": nil}); err != nil {
			t.Fatal(err)
		}
		if last, err := db.LastActivation(t.Context()); err != nil || last.Report != two {
			t.Errorf("%+v, %v", last, err)
		}

		// The word is spent now, and it takes another one to serve again; also by a clock
		// that goes back between the one and the other.
		if a, err := db.Acceptance(t.Context(), two); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("%+v, %v", a, err)
		}
		second := decision.Acceptance{By: "bob", At: a.At.Add(time.Microsecond)}
		for _, at := range []time.Time{noon, noon.Add(9 * time.Hour)} {
			if counts, err := db.Accept(t.Context(), two, decision.Acceptance{By: "bob", At: at}); err != nil || counts != second {
				t.Errorf("%+v, %v", counts, err)
			}
		}
		if counts, err := db.Acceptance(t.Context(), two); err != nil || counts != second {
			t.Errorf("%+v, %v", counts, err)
		}
		if got, err := db.Reports(t.Context(), 0, 10); err != nil || len(got) != 3 || got[1].Accepted != second {
			t.Errorf("%+v, %v", got, err)
		}
		if again, err := db.Activate(t.Context(), a, map[string][]byte{"a": nil}); err != nil || again.At != second.At {
			t.Errorf("%+v, %v", again, err)
		}
		if a, err := db.Acceptance(t.Context(), two); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("%+v, %v", a, err)
		}

		a.Report = served
		if _, err := db.Activate(t.Context(), a, map[string][]byte{"a": nil}); err == nil {
			t.Error("activated with a report that is not kept")
		}

		for _, id := range []string{served, "report"} {
			if _, err := db.Report(t.Context(), id); !errors.Is(err, decision.ErrNotFound) {
				t.Errorf("%s: %v", id, err)
			}
		}
		for name, r := range map[string]decision.Report{
			"a live revision that never served": {ID: strings.Repeat("4", 64), CreatedAt: noon, Live: two, Candidate: two, Content: []byte("{}")},
			"not an id":                         {ID: "four", CreatedAt: noon, Live: served, Candidate: two, Content: []byte("{}")},
		} {
			if err := db.KeepReport(t.Context(), r); err == nil {
				t.Errorf("%s: kept", name)
			}
		}
	})
}
