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
					if err := db.SaveRevision(t.Context(), digest, files, noon); err != nil {
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

func TestSaveRevisionIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		digest := decision.Digest(nil)
		for name, err := range map[string]error{
			"a file without a name": db.SaveRevision(t.Context(), digest, map[string][]byte{"a": nil, "": []byte("x")}, noon),
			"no files":              db.SaveRevision(t.Context(), digest, nil, noon),
			"no instant":            db.SaveRevision(t.Context(), digest, map[string][]byte{"a": nil}, time.Time{}),
			"not a digest":          db.SaveRevision(t.Context(), "main", map[string][]byte{"a": nil}, noon),
		} {
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if n := count(t, db, "file") + count(t, db, "revision"); n != 0 {
			t.Errorf("%d rows stayed behind", n)
		}
	})
}
