// Package dbtest gives tests a database of their own.
package dbtest

import (
	"path/filepath"
	"testing"

	"assay/db"
)

// Each runs f once per engine, in parallel, each time on a fresh and migrated
// database that is closed and thrown away afterwards. SQLite is the only engine
// yet. It marks the test as parallel, so the caller must not.
func Each(t *testing.T, f func(t *testing.T, db *db.DB)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, Open(t, filepath.Join(t.TempDir(), "assay.db")))
	})
}

// Open opens the database at path for the time of the test.
func Open(t *testing.T, path string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
