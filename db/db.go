// Package db keeps facts, decisions and policy trees in SQLite. It is the adapter
// between the words of package decision and the tables: every query lies in
// queries/, every table in migrations/, and the tables are append-only.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"assay/db/sqlc"
	"assay/server/decision"
)

var _ decision.Store = (*DB)(nil)

// DB is an open database. It may be used concurrently.
type DB struct {
	// write has a single connection: SQLite takes one writer at a time, and waiting
	// for it in Go is fair, whereas waiting in SQLite is polling.
	write *sql.DB
	// read cannot write, and in WAL mode never waits for the writer.
	read *sql.DB
	// reads runs single statements on read; writes are prepared for transactions.
	reads, writes *sqlc.Queries
	// verdicts are those that were looked up before.
	verdicts verdicts
}

// Open opens the SQLite database at path, creating the file if it is not there,
// and brings its schema up to date. The folder must exist. Several processes may
// have the same database open.
func Open(ctx context.Context, path string) (*DB, error) {
	db, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func open(ctx context.Context, path string) (*DB, error) {
	write, err := openWriter(ctx, path)
	if err != nil {
		return nil, err
	}
	read, err := openReaders(ctx, path)
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	return prepare(ctx, write, read)
}

// prepare compiles all queries once; a search runs some of them hundreds of times.
func prepare(ctx context.Context, write, read *sql.DB) (*DB, error) {
	writes, err := sqlc.Prepare(ctx, write)
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	reads, err := sqlc.Prepare(ctx, read)
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	return &DB{write: write, read: read, reads: reads, writes: writes}, nil
}

// OpenReadOnly opens a database that is there already, for reading alone: a server may
// have it open at the same time. Methods that write fail.
func OpenReadOnly(ctx context.Context, path string) (*DB, error) {
	db, err := openReadOnly(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func openReadOnly(ctx context.Context, path string) (*DB, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err // SQLite would make one
	} else if info.IsDir() {
		return nil, errors.New("is a folder")
	}
	read, err := openReaders(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := recognise(ctx, read); err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return prepare(ctx, read, read)
}

// Close waits for running statements and closes the file. The writer goes last:
// it moves the write-ahead log into the database file.
func (db *DB) Close() error {
	if err := errors.Join(db.read.Close(), db.write.Close()); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Ping tells whether the database answers, by reading from it.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := db.reads.AnyRevision(ctx); err != nil {
		return fmt.Errorf("read from the database: %w", translate(err))
	}
	return nil
}

// inTx runs f in one transaction that holds the write lock from its beginning, so
// what f reads is still true when it writes. An error of f undoes everything.
func (db *DB) inTx(ctx context.Context, f func(*sqlc.Queries) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", translate(err))
	}
	if err := f(db.writes.WithTx(tx)); err != nil {
		// A cancelled transaction has been rolled back already; the cause is what
		// the caller needs to know.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	return nil
}

// inSnapshot runs f on the database as it is at one moment, whatever is written
// meanwhile.
func (db *DB) inSnapshot(ctx context.Context, f func(*sqlc.Queries) error) error {
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin: %w", translate(err))
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return f(db.reads.WithTx(tx))
}

// nullable is how an optional word is stored: as NULL when it is empty.
func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
