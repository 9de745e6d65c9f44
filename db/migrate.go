package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// migrate applies the migrations that the database has not seen yet, each in a
// transaction of its own. There is no way back: a released one is never edited,
// and what it did is undone by a later one.
func migrate(ctx context.Context, db *sql.DB) error {
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	for {
		found, known, err := provider.GetVersions(ctx)
		if err != nil {
			return fmt.Errorf("read the schema version: %w", err)
		}
		if found > known {
			return fmt.Errorf("its schema is version %d, and this program knows versions up to %d: it was written by a newer Assay", found, known)
		}
		if _, err = provider.Up(ctx); err == nil {
			return nil
		}
		// Another process that started at the same moment may be faster. As long as it gets
		// on, what it left is looked at again.
		if now, _, later := provider.GetVersions(ctx); later != nil || now == found {
			return fmt.Errorf("migrate the schema: %w", err)
		}
	}
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// recognise makes sure that a database can be read as it is: that it is Assay's, and of
// the version that the queries are written for.
func recognise(ctx context.Context, db *sql.DB) error {
	var id int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return explain(err)
	}
	if id != applicationID {
		return errForeign
	}
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	found, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if found != known {
		return fmt.Errorf("its schema is version %d, and this program reads version %d; a server that is started on it brings it up to date", found, known)
	}
	return nil
}
