package db

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"assay/server/decision"
)

// primary masks SQLite's result code; the bits above refine it.
const primary = 0xff

// errForeign: SQLite can read the file, but somebody else wrote it.
var errForeign = errors.New("it is a SQLite database, but not of Assay")

// translate turns the driver's errors into those that callers tell apart. All
// others are internal errors and stay as they are.
func translate(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return decision.ErrNotFound
	}
	return err
}

// isBusy tells whether somebody else's lock was in the way.
func isBusy(err error) bool {
	var from *sqlite.Error
	return errors.As(err, &from) && from.Code()&primary == sqlite3.SQLITE_BUSY
}

// explain says in plain words why a database cannot be opened.
func explain(err error) error {
	var from *sqlite.Error
	if !errors.As(err, &from) {
		return err
	}
	var reason string
	switch from.Code() & primary {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		reason = "it is not a SQLite database, or it is damaged"
	case sqlite3.SQLITE_CANTOPEN:
		reason = "it can be neither opened nor created: the folder must exist and be writable"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		reason = "it cannot be written"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		reason = "another program keeps it locked"
	default:
		return err
	}
	return fmt.Errorf("%s: %w", reason, err)
}
