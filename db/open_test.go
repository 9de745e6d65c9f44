package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/db"
	"assay/db/dbtest"
)

func TestReopenKeepsEverything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	first, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	facts := record(t, first, "p", noon, status("active"))
	want := keep(t, first, with(decided("d-1", "p", tree(t, first), noon), "[]"))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
		t.Errorf("closed, but left behind: %v", left)
	}
	if err := first.Ping(t.Context()); err == nil {
		t.Error("closed, and yet it answers")
	}

	again := dbtest.Open(t, path)
	if err := again.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(facts, known(t, again, "p", time.Time{})); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	got, err := again.Decision(t.Context(), "d-1")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("decision: %v (-before +after):\n%s", err, diff)
	}
	if files, err := again.RevisionFiles(t.Context(), want.Revision); err != nil || len(files) != 2 {
		t.Errorf("revision: %v, %v", files, err)
	}
	if f := record(t, again, "p", noon.Add(-time.Hour), status("lapsed"))[0]; f.ID != "fact-2" || !f.RecordedAt.After(noon) {
		t.Errorf("goes on with %+v", f)
	}
}

func TestWhatIsInForce(t *testing.T) {
	t.Parallel()
	handles := dbtest.Open(t, filepath.Join(t.TempDir(), "assay.db")).Handles()
	for handle, want := range map[string]map[string]string{
		"write": {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000", "query_only": "0"},
		"read":  {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000", "query_only": "1"},
	} {
		for pragma, want := range want {
			var got string
			if err := handles[handle].QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s = %q, %v, want %q", handle, pragma, got, err, want)
			}
		}
	}
	if n := handles["write"].Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d writers", n)
	}
	if _, err := handles["read"].Exec("CREATE TABLE x (y)"); err == nil {
		t.Error("a reader wrote")
	}
	// Immediate: the transaction holds the lock before its first statement.
	tx, err := handles["write"].Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := handles["read"].Exec("PRAGMA busy_timeout = 0; PRAGMA query_only = 0; BEGIN IMMEDIATE"); err == nil || !strings.Contains(err.Error(), "SQLITE_BUSY") {
		t.Errorf("a second writer: %v", err)
	}
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"a b.db", "a?mode=memory.db", "a#b.db", "100%.db", "%41.db", "a+b&c=d.db", "file:x.db", "città 東京.db", "'\";--.db", "a\\b.db", "-",
	} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, `?"\:`) {
			continue
		}
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		record(t, dbtest.Open(t, path), "p", noon, status("active"))
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if facts := known(t, dbtest.Open(t, path), "p", time.Time{}); len(facts) != 1 {
			t.Errorf("%q: opened again, it has %d facts", name, len(facts))
		}
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	dbtest.Open(t, "assay.db")
	if _, err := os.Stat("assay.db"); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	if _, err := stranger(t, foreign).Exec("CREATE TABLE customer (id); PRAGMA user_version = 7"); err != nil {
		t.Fatal(err)
	}
	marked := filepath.Join(dir, "marked.db")
	if _, err := stranger(t, marked).Exec("PRAGMA application_id = 1"); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	d, err := db.Open(t.Context(), newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := stranger(t, newer).Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)"); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct{ path, want string }{
		{file("notes.txt", strings.Repeat("These are not the rows you are looking for. ", 100), 0o600), "it is not a SQLite database"},
		{foreign, "it is a SQLite database, but not of Assay"},
		{marked, "it is a SQLite database, but not of Assay"},
		{newer, "its schema is version 999, and this program knows versions up to "},
		{dir, "it can be neither opened nor created"},
		{filepath.Join(dir, "missing", "assay.db"), "it can be neither opened nor created: the folder must exist"},
		{"", "not the name of a file"},
		{":memory:", "not the name of a file"},
		{"a\x00b", "not the name of a file"},
	} {
		d, err := db.Open(t.Context(), c.path)
		if err == nil {
			t.Errorf("%q was opened", c.path)
			_ = d.Close()
			continue
		}
		if got := err.Error(); !strings.HasPrefix(got, fmt.Sprintf("open database %s: %s", c.path, c.want)) || strings.Contains(got, "\n") {
			t.Errorf("%q: %v", c.path, err)
		}
	}
	// Nothing was done to what belongs to others.
	if got := strs(t, stranger(t, foreign), "SELECT name FROM sqlite_schema"); len(got) != 1 {
		t.Errorf("the foreign database now has %v", got)
	}
	if mode := strs(t, stranger(t, foreign), "PRAGMA journal_mode")[0]; mode != "delete" {
		t.Errorf("the foreign database is now in mode %s", mode)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Open(cancelled, filepath.Join(dir, "x.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestReadOnlyPlaces(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("permissions do not bind this user")
	}
	path := filepath.Join(t.TempDir(), "assay.db")
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "it cannot be written") {
		t.Errorf("read-only file: %v", err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), path+"2"); err == nil || !strings.Contains(err.Error(), "neither opened nor created") {
		t.Errorf("read-only folder: %v", err)
	}
	_ = os.Chmod(filepath.Dir(path), 0o700)
}

// Several processes may start at the same moment on a file that is not there yet.
func TestConcurrentOpens(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	handles := make([]*db.DB, 8)
	var wg sync.WaitGroup
	for i := range handles {
		wg.Go(func() {
			var err error
			if handles[i], err = db.Open(t.Context(), path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !t.Failed() {
		recordConcurrently(t, 16, handles...)
	}
	for _, d := range handles {
		if d != nil {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
