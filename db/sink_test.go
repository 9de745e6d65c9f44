package db_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

func TestSinks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		const a, b = "https://a.example", "https://b.example"
		if _, _, err := db.Sink(t.Context(), a); !errors.Is(err, decision.ErrNotFound) {
			t.Fatal(err)
		}
		check := func(name string, position int64, at time.Time) {
			t.Helper()
			gotPosition, gotAt, err := db.Sink(t.Context(), name)
			if err != nil || gotPosition != position || !gotAt.Equal(at) {
				t.Errorf("%s: %d, %v, %v", name, gotPosition, gotAt, err)
			}
		}
		for range 2 { // opening again changes nothing
			if err := db.OpenSink(t.Context(), a, 0); err != nil {
				t.Fatal(err)
			}
			if err := db.OpenSink(t.Context(), b, 7); err != nil {
				t.Fatal(err)
			}
		}
		check(a, 0, time.Time{})
		check(b, 7, time.Time{})
		// Another process may have been faster.
		for _, position := range []int64{5, 3} {
			if err := db.AdvanceSink(t.Context(), a, position, noon); err != nil {
				t.Fatal(err)
			}
		}
		check(a, 5, noon)
		check(b, 7, time.Time{})
	})
}

// Whoever opens the file cannot make a sink go back, which would send again what it has, nor
// forget it.
func TestSinksGoForwardOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	db := dbtest.Open(t, path)
	if err := db.OpenSink(t.Context(), "https://a.example", 7); err != nil {
		t.Fatal(err)
	}
	raw := stranger(t, path)
	for _, try := range []string{
		"UPDATE sink SET position = 6", "UPDATE sink SET name = 'b'", "DELETE FROM sink",
		"INSERT OR REPLACE INTO sink SELECT * FROM sink", "INSERT OR REPLACE INTO sink (name, position) SELECT name, 0 FROM sink",
	} {
		if _, err := raw.Exec(try); err == nil || !strings.Contains(err.Error(), "a sink goes forward only") {
			t.Errorf("%s: %v", try, err)
		}
	}
}
