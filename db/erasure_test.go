package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	database "assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

// While an erasure is under way values can be blanked, in its rows, and nothing else.
func TestOnlyBlanksGoThrough(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	db := dbtest.Open(t, path)
	record(t, db, "p", noon, status("active"))
	record(t, db, "q", noon, status("active"))
	d := with(decided("d-1", "p", tree(t, db), noon), "[1]")
	d.Result = []byte(`{"outcome":"eligible","findings":[{"id":"revenue","status":"met","due":true,"reason":"met","shown":{"a":1}}]}`)
	d.Actor = &decision.Actor{ID: "ada"}
	keep(t, db, d)
	raw := stranger(t, path)
	zeros := strings.Repeat("0", 64)
	for _, kind := range []string{"recording", "fact", "decision"} {
		if _, err := raw.Exec(fmt.Sprintf("INSERT INTO erased VALUES ('%s', 1, '/x', 1, '%s', '')", kind, zeros)); err != nil {
			t.Fatal(err)
		}
	}
	for _, try := range []string{
		`UPDATE fact SET key = 'Anna' WHERE seq = 1`,
		`UPDATE fact SET body_json = NULL WHERE seq = 1`,
		`UPDATE fact SET body_json = '{"status":"lapsed"}' WHERE seq = 1`,
		`UPDATE fact SET body_json = '{"status":"active","more":1}' WHERE seq = 1`,
		`UPDATE fact SET body_json = '{}' WHERE seq = 2`,
		`UPDATE fact SET source = 'partner' WHERE seq = 1`,
		`UPDATE recording SET digest = '` + strings.Repeat("1", 64) + `' WHERE seq = 1`,
		`UPDATE decision SET outcome = 'not_eligible' WHERE seq = 1`,
		`UPDATE decision SET given_digest = NULL WHERE seq = 1`,
		`UPDATE decision SET request_id = 'other' WHERE seq = 1`,
		`UPDATE decision SET actor_json = '{"id":"eve"}' WHERE seq = 1`,
		`UPDATE decision SET result_json = '{"outcome":"not_eligible","findings":[{"id":"revenue","status":"met"}]}' WHERE seq = 1`,
		`UPDATE decision SET result_json = '{"outcome":"eligible","findings":[{"id":"revenue","status":"not_met"}]}' WHERE seq = 1`,
		`UPDATE decision SET result_json = '{"outcome":"eligible","findings":[{"id":"revenue","shown":{"a":2}}]}' WHERE seq = 1`,
		`DELETE FROM input`,
		`DELETE FROM fact WHERE seq = 1`,
	} {
		if _, err := raw.Exec(try); err == nil {
			t.Errorf("went through: %s", try)
		}
	}
	for _, blank := range []string{
		`UPDATE fact SET key = 'erased-1', body_json = '{}' WHERE seq = 1`,
		`UPDATE recording SET digest = '` + zeros + `', idempotency_key = NULL WHERE seq = 1`,
		`UPDATE decision SET result_json = '{"outcome":"eligible","findings":[{"id":"revenue","status":"met","due":true,"reason":"met"}]}',
			facts_digest = '` + zeros + `', actor_json = NULL, request_id = '' WHERE seq = 1`,
	} {
		if _, err := raw.Exec(blank); err != nil {
			t.Errorf("%s: %v", blank, err)
		}
	}
}

// Who reads on keeps the write-ahead log from being emptied. That is said, and done later.
func TestScrubWaitsForReaders(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	db := dbtest.Open(t, path)
	record(t, db, "p", noon, status("active"))
	raw := stranger(t, path)
	reading, err := raw.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Rollback() }()
	var n int
	if err := reading.QueryRow("SELECT COUNT(*) FROM fact").Scan(&n); err != nil {
		t.Fatal(err)
	}
	record(t, db, "unmistakable", noon, status("active"))
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := db.Scrub(soon); !errors.Is(err, database.ErrInUse) {
		t.Errorf("while somebody reads: %v", err)
	}
	_ = reading.Rollback()
	if err := db.Scrub(t.Context()); err != nil {
		t.Error(err)
	}
	if wal, err := os.ReadFile(path + "-wal"); err != nil || bytes.Contains(wal, []byte("unmistakable")) {
		t.Errorf("%d bytes in the write-ahead log, %v", len(wal), err)
	}
}
