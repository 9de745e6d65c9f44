package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// SaveRevision keeps a policy tree whole, by path, so that it can be run again
// long after the files on disk have changed. A revision that is there already is
// left as it is. Decisions can refer to a revision only after this.
func (db *DB) SaveRevision(ctx context.Context, digest string, files map[string][]byte, at time.Time) error {
	if len(files) == 0 {
		return fmt.Errorf("save revision %s: it has no files", digest)
	}
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		saved, err := q.RevisionExists(ctx, digest)
		if err != nil || saved {
			return translate(err)
		}
		err = q.InsertRevision(ctx, sqlc.InsertRevisionParams{Digest: digest, FirstServedAt: column.At(at)})
		if err != nil {
			return translate(err)
		}
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if err := saveFile(ctx, q, digest, path, files[path]); err != nil {
				return fmt.Errorf("file %s: %w", path, translate(err))
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save revision %s: %w", digest, err)
	}
	return nil
}

// saveFile stores a content once, however many revisions have it.
func saveFile(ctx context.Context, q *sqlc.Queries, revision, path string, content []byte) error {
	digest := decision.Digest(content)
	kept, err := q.FileExists(ctx, digest)
	if err != nil {
		return err
	}
	if !kept {
		if content == nil {
			content = []byte{} // nil would be NULL
		}
		if err := q.InsertFile(ctx, sqlc.InsertFileParams{Digest: digest, Content: content}); err != nil {
			return err
		}
	}
	return q.InsertRevisionFile(ctx, sqlc.InsertRevisionFileParams{Revision: revision, Path: path, File: digest})
}

// RevisionFiles gives back a policy tree by path; decision.ErrNotFound if it was
// never saved.
func (db *DB) RevisionFiles(ctx context.Context, digest string) (map[string][]byte, error) {
	rows, err := db.reads.RevisionFiles(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("read revision %s: %w", digest, translate(err))
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("read revision %s: %w", digest, decision.ErrNotFound)
	}
	files := make(map[string][]byte, len(rows))
	for _, row := range rows {
		files[row.Path] = row.Content
	}
	return files, nil
}
