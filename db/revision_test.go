package db_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

func TestRevisions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		one, two := decision.Digest([]byte("1")), decision.Digest([]byte("2"))
		if _, err := db.RevisionFiles(t.Context(), one); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("missing: %v", err)
		}
		shared := bytes.Repeat([]byte{0, 1, 0xff, '\n'}, 3_000) // not text, and larger than a page
		trees := map[string]map[string][]byte{
			one: {"lib/a.rego": shared, "è/data.yaml": []byte("a: 1"), "empty": {}, "nil": nil},
			two: {"lib/a.rego": shared, "lib/copy.rego": shared, "è/data.yaml": []byte("a: 2")},
		}
		for range 2 { // the second time there is nothing left to do
			var wg sync.WaitGroup
			for digest, files := range trees {
				wg.Go(func() {
					if err := activate(t, db, digest, files, noon); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		for digest, files := range trees {
			got, err := db.RevisionFiles(t.Context(), digest)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(files, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("files (-saved +read):\n%s", diff)
			}
		}
		if n := count(t, db, "file"); n != 4 {
			t.Errorf("%d contents stored, want 4", n)
		}
	})
}

func TestActivateIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		digest := decision.Digest(nil)
		for name, err := range map[string]error{
			"a file without a name": activate(t, db, digest, map[string][]byte{"a": nil, "": []byte("x")}, noon),
			"no files":              activate(t, db, digest, nil, noon),
			"no instant":            activate(t, db, digest, map[string][]byte{"a": nil}, time.Time{}),
			"not a digest":          activate(t, db, "main", map[string][]byte{"a": nil}, noon),
		} {
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if n := count(t, db, "file") + count(t, db, "revision") + count(t, db, "activation"); n != 0 {
			t.Errorf("%d rows stayed behind", n)
		}
	})
}

func TestActivations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		if _, err := db.LastActivation(t.Context()); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("missing: %v", err)
		}
		one, two := decision.Digest([]byte("1")), decision.Digest([]byte("2"))
		origin := decision.Origin{Source: "policies", Commit: "c0ffee", Author: "Ada <ada@example.com>", Message: "Raise the minimum"}
		var want []decision.Activation
		for i, a := range []decision.Activation{
			{Revision: one, At: noon, Origin: decision.Origin{Source: "built in"}},
			{Revision: two, At: noon.Add(time.Hour), Origin: origin, Tests: 3, Cases: 2, Warnings: 1},
			{Revision: one, At: noon.Add(2 * time.Hour), By: "ada", InPlaceOf: two},
		} {
			activated, err := db.Activate(t.Context(), a, map[string][]byte{"a.rego": []byte(a.Revision)})
			if err != nil {
				t.Fatal(err)
			}
			a.Seq = int64(i + 1)
			if diff := cmp.Diff(a, activated); diff != "" {
				t.Errorf("(-want +activated)\n%s", diff)
			}
			want = append([]decision.Activation{a}, want...)
		}
		if last, err := db.LastActivation(t.Context()); err != nil || last != want[0] {
			t.Errorf("last: %+v, %v", last, err)
		}
		for _, c := range []struct {
			digest string
			before int64
			limit  int
			want   []decision.Activation
		}{
			{"", 0, 10, want}, {"", 3, 1, want[1:2]}, {one, 0, 10, []decision.Activation{want[0], want[2]}}, {one, 3, 10, want[2:]}, {"none", 0, 10, []decision.Activation{}},
		} {
			got, err := db.Activations(t.Context(), c.digest, c.before, c.limit)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%+v: %v (-want +got)\n%s", c, err, diff)
			}
		}
	})
}
