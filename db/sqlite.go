package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", in pure Go
)

// applicationID marks a file as Assay's ("Asay"), where SQLite and file(1) look.
const applicationID = 0x41736179

// busyTimeout is how long a connection waits for another process's lock.
const busyTimeout = 10 * time.Second

// dsn names the file as a URI, in which every path can be written, and says what
// must be in force on each connection.
func dsn(path string, canWrite bool) (string, error) {
	if path == "" || path == ":memory:" || strings.ContainsRune(path, 0) {
		return "", errors.New("not the name of a file")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	abs = filepath.ToSlash(abs)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // a drive letter
	}
	query := url.Values{
		// First, whatever the order here: the driver sees to it. Other processes,
		// such as a backup, may hold the lock for a moment.
		"_busy_timeout": {strconv.FormatInt(busyTimeout.Milliseconds(), 10)},
		"_foreign_keys": {"1"},
		// A decision that was acknowledged is on disk, also after a power cut.
		"_synchronous": {"FULL"},
		// A transaction that begins as a reader and turns writer would fail at once
		// when another one was faster, instead of waiting.
		"_txlock": {"immediate"},
		// Refuses what would damage the file or get around its triggers.
		"_defensive": {"1"},
		// What is deleted is overwritten: what was erased must not lie in free pages.
		"_pragma": {"secure_delete(1)"},
		// Says why a file cannot be opened, not what went wrong before.
		"_error_rc": {"1"},
	}
	if !canWrite {
		query.Set("_query_only", "1")
	}
	uri := url.URL{Scheme: "file", Path: abs, RawQuery: query.Encode()}
	return uri.String(), nil
}

// openWriter opens, claims and migrates the file.
func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	name, err := dsn(path, true)
	if err != nil {
		return nil, err
	}
	write, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	for _, step := range []func(context.Context, *sql.DB) error{claim, useWAL, migrate} {
		if err := patiently(ctx, write, step); err != nil {
			_ = write.Close() // the first error is the one to mend
			return nil, explain(err)
		}
	}
	return write, nil
}

// patiently repeats a step of opening that finds the file locked. While several
// processes open a new file at once, SQLite does not always wait by itself: of two
// that change the journal mode, one is turned away immediately.
func patiently(ctx context.Context, db *sql.DB, step func(context.Context, *sql.DB) error) error {
	for deadline := time.Now().Add(busyTimeout); ; {
		err := step(ctx, db)
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// openReaders opens a few connections that cannot write.
func openReaders(ctx context.Context, path string) (*sql.DB, error) {
	name, err := dsn(path, false)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	// Reads are work for the processor; more of them at a time are not faster.
	n := max(4, runtime.GOMAXPROCS(0))
	read.SetMaxOpenConns(n)
	read.SetMaxIdleConns(n)
	if err := read.PingContext(ctx); err != nil {
		_ = read.Close()
		return nil, explain(err)
	}
	return read, nil
}

// claim makes sure that the file is Assay's, or new, before anything in it is
// touched, and that it can be written.
func claim(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var id, objects int64
	if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&objects); err != nil {
		return err
	}
	if id != applicationID && (id != 0 || objects > 0) {
		return errForeign
	}
	// Written also when it is there already: a database that can only be read is
	// found out now and not at the first decision.
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return tx.Commit()
}

// useWAL lets readers go on while a decision is written. The mode stays with the
// file; on a file system without shared memory SQLite keeps the old one silently.
func useWAL(ctx context.Context, db *sql.DB) error {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("write-ahead logging is not possible there (journal mode is %s)", mode)
	}
	return nil
}

func vacuum(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "VACUUM")
	return err
}

// Backup writes a copy of the database as it is now into a file that is not there yet.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := db.write.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("copy the database to %s: %w", path, explain(err))
	}
	return nil
}
