package db

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// Activate keeps a policy tree whole, by path, so that it can be run again long after
// the files on disk have changed, and that it serves from now on. A revision that is
// there already is left as it is. Decisions can refer to a revision only after this.
func (db *DB) Activate(ctx context.Context, a decision.Activation, files map[string][]byte) (decision.Activation, error) {
	if len(files) == 0 {
		return a, fmt.Errorf("save revision %s: it has no files", a.Revision)
	}
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		if a.Report != "" {
			var err error
			if a.At, err = notBefore(ctx, q, a.Report, a.At); err != nil {
				return err
			}
		}
		if err := saveRevision(ctx, q, a.Revision, files, a.At); err != nil {
			return err
		}
		err := q.InsertActivation(ctx, sqlc.InsertActivationParams{
			Revision: a.Revision, ActivatedAt: column.At(a.At), ActivatedBy: a.By, InPlaceOf: nullable(a.InPlaceOf),
			Source: a.Origin.Source, CommitID: a.Origin.Commit, Author: a.Origin.Author, Message: a.Origin.Message,
			Tests: int64(a.Tests), Cases: int64(a.Cases), Warnings: int64(a.Warnings),
			Report: nullable(a.Report),
		})
		if err != nil {
			return translate(err)
		}
		last, err := q.LastActivation(ctx)
		a.Seq = last.Seq
		return translate(err)
	})
	if err != nil {
		return a, fmt.Errorf("activate revision %s: %w", a.Revision, err)
	}
	return a, nil
}

func saveRevision(ctx context.Context, q *sqlc.Queries, digest string, files map[string][]byte, at time.Time) error {
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
}

// LastActivation is the newest one; decision.ErrNotFound if there is none.
func (db *DB) LastActivation(ctx context.Context) (decision.Activation, error) {
	row, err := db.reads.LastActivation(ctx)
	if err != nil {
		return decision.Activation{}, fmt.Errorf("read the last activation: %w", translate(err))
	}
	return activationOf(row), nil
}

// Activations implements decision.Store.
func (db *DB) Activations(ctx context.Context, digest string, before int64, limit int) ([]decision.Activation, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := db.reads.Activations(ctx, sqlc.ActivationsParams{Before: before, Revision: nullable(digest), PageSize: pageSize(limit)})
	if err != nil {
		return nil, fmt.Errorf("read the activations: %w", translate(err))
	}
	list := make([]decision.Activation, len(rows))
	for i, row := range rows {
		list[i] = activationOf(row)
	}
	return list, nil
}

func activationOf(row sqlc.Activation) decision.Activation {
	return decision.Activation{
		Seq: row.Seq, Revision: row.Revision, At: row.ActivatedAt.Time, By: row.ActivatedBy, InPlaceOf: orEmpty(row.InPlaceOf),
		Origin: decision.Origin{Source: row.Source, Commit: row.CommitID, Author: row.Author, Message: row.Message},
		Tests:  int(row.Tests), Cases: int(row.Cases), Warnings: int(row.Warnings),
		Report: orEmpty(row.Report),
	}
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
