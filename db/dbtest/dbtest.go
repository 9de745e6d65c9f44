// Package dbtest gives tests a database of their own.
package dbtest

import (
	"path/filepath"
	"testing"
	"time"

	"assay/db"
	"assay/server/ledger"
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

// Seal seals all that is in the database, with the key in a file beside it that is made if
// it is not there.
func Seal(t *testing.T, path string, d *db.DB) *ledger.Log {
	t.Helper()
	key, err := ledger.MakeKey(path + ".key")
	if err != nil {
		t.Fatal(err)
	}
	log, err := ledger.Open(t.Context(), d.Ledger(), key, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return log
}
