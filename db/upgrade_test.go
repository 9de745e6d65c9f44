package db_test

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/ledger"
)

// A database of the first version, from before decisions had actions, is taken over as
// it is.
func TestUpgradeKeepsDecisions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	first := stranger(t, path)
	migrateTo1(t, first)
	for _, statement := range []string{
		"PRAGMA application_id = 1098080633",
		"INSERT INTO revision (digest, first_served_at) VALUES ('" + digits + "', '2026-01-01T00:00:00.000000Z')",
		`INSERT INTO decision (id, program, partner, outcome, revision, as_of_on, known_at, position, facts_digest, result_json, decided_at, request_id)
			VALUES ('d-1', 'csp.enrollment', 'p', 'eligible', '` + digits + `', '2026-01-01', '2026-01-01T00:00:00.000000Z', 0, '` + digits + `', '{}', '2026-01-01T00:00:00.000000Z', '')`,
		// Kept before revisions were numbered, and later than the other one.
		"INSERT INTO revision (digest, first_served_at) VALUES ('" + strings.Repeat("0", 64) + "', '2026-02-01T00:00:00.000000Z')",
	} {
		if _, err := first.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	upgraded, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = upgraded.Close() }()
	d, err := upgraded.Decision(t.Context(), "d-1")
	if err != nil || d.Partner != "p" || d.Action != "" || d.Actor != nil {
		t.Errorf("got %+v, %v", d, err)
	}
	// What was kept before there was a ledger is sealed like all else.
	rows, err := upgraded.Ledger().Rows(t.Context(), ledger.Revision, 0, 10, 10)
	if err != nil || len(rows) != 2 || rows[0].Plain["digest"] != digits || rows[0].Seq != 1 || rows[1].Seq != 2 {
		t.Errorf("got %+v, %v", rows, err)
	}
	log := dbtest.Seal(t, path, upgraded)
	if status, err := log.Status(t.Context()); err != nil || status.Size != 3 || status.Unsealed != 0 {
		t.Errorf("got %+v, %v", status, err)
	}
}

const digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func migrateTo1(t *testing.T, raw *sql.DB) {
	t.Helper()
	content, err := os.ReadFile("migrations/sqlite/00001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	var files fs.FS = fstest.MapFS{"00001_init.sql": {Data: content}}
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}
