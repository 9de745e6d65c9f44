package db

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
)

// KeepReport keeps what was measured, unless it is kept already.
func (db *DB) KeepReport(ctx context.Context, r decision.Report) error {
	content, err := pack(r.Content)
	if err != nil {
		return fmt.Errorf("keep report %s: %w", r.ID, err)
	}
	err = db.inTx(ctx, func(q *sqlc.Queries) error {
		kept, err := q.ReportExists(ctx, r.ID)
		if err != nil || kept {
			return translate(err)
		}
		return translate(q.InsertReport(ctx, sqlc.InsertReportParams{
			ID: r.ID, CreatedAt: column.At(r.CreatedAt), Live: r.Live, Candidate: r.Candidate, Content: content,
		}))
	})
	if err != nil {
		return fmt.Errorf("keep report %s: %w", r.ID, err)
	}
	return nil
}

// Report implements decision.Store.
func (db *DB) Report(ctx context.Context, id string) (decision.Report, error) {
	row, err := db.reads.Report(ctx, id)
	if err != nil {
		return decision.Report{}, fmt.Errorf("read report %s: %w", id, translate(err))
	}
	content, err := unpack(row.Content)
	if err != nil {
		return decision.Report{}, fmt.Errorf("read report %s: %w", id, err)
	}
	return decision.Report{Seq: row.Seq, ID: row.ID, CreatedAt: row.CreatedAt.Time, Live: row.Live, Candidate: row.Candidate, Content: content}, nil
}

// Reports implements decision.Store.
func (db *DB) Reports(ctx context.Context, before int64, limit int) ([]decision.Report, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := db.reads.Reports(ctx, sqlc.ReportsParams{Before: before, PageSize: pageSize(limit)})
	if err != nil {
		return nil, fmt.Errorf("list the reports: %w", translate(err))
	}
	list := make([]decision.Report, len(rows))
	for i, row := range rows {
		list[i] = decision.Report{
			Seq: row.Seq, ID: row.ID, CreatedAt: row.CreatedAt.Time, Live: row.Live, Candidate: row.Candidate,
			Accepted: decision.Acceptance{By: orEmpty(row.AcceptedBy), At: row.AcceptedAt.Time},
		}
	}
	return list, nil
}

// Accept keeps that a person accepted a report that is kept. The first word on it counts,
// and is what comes back, until a change served by it; then it takes another one. An
// unknown report is decision.ErrNotFound.
func (db *DB) Accept(ctx context.Context, report string, a decision.Acceptance) (decision.Acceptance, error) {
	err := db.inTx(ctx, func(q *sqlc.Queries) error {
		first, err := q.Acceptance(ctx, report)
		if err == nil {
			a = acceptanceOf(first)
			return nil
		}
		if err = translate(err); !errors.Is(err, decision.ErrNotFound) {
			return err
		}
		kept, err := q.ReportExists(ctx, report)
		if err != nil {
			return translate(err)
		}
		if !kept {
			return decision.ErrNotFound
		}
		served, err := q.LastActivationBy(ctx, report)
		switch err = translate(err); {
		case err == nil:
			// By a clock that went back the word would be spent already.
			a.At = latest(a.At, served.ActivatedAt.Add(time.Microsecond))
		case !errors.Is(err, decision.ErrNotFound):
			return err
		}
		return translate(q.InsertAcceptance(ctx, sqlc.InsertAcceptanceParams{Report: report, AcceptedBy: a.By, AcceptedAt: column.At(a.At)}))
	})
	if err != nil {
		return decision.Acceptance{}, fmt.Errorf("accept report %s: %w", report, err)
	}
	return a, nil
}

// notBefore is the time of an activation by a report, which is not before the word that
// it spends, also by a clock that went back in between.
func notBefore(ctx context.Context, q *sqlc.Queries, report string, at time.Time) (time.Time, error) {
	accepted, err := q.LastAcceptance(ctx, report)
	switch err = translate(err); {
	case errors.Is(err, decision.ErrNotFound):
		return at, nil
	case err != nil:
		return at, err
	}
	return latest(at, accepted.AcceptedAt.Time), nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Acceptance tells who accepted a report and was not heeded yet: decision.ErrNotFound if
// nobody did, and once a change served by it.
func (db *DB) Acceptance(ctx context.Context, report string) (decision.Acceptance, error) {
	row, err := db.reads.Acceptance(ctx, report)
	if err != nil {
		return decision.Acceptance{}, fmt.Errorf("read who accepted report %s: %w", report, translate(err))
	}
	return acceptanceOf(row), nil
}

func acceptanceOf(row sqlc.Acceptance) decision.Acceptance {
	return decision.Acceptance{By: row.AcceptedBy, At: row.AcceptedAt.Time}
}

// pack is for reports: they name everyone who turns, and say much the same of each.
func pack(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err := w.Close()
	return packed.Bytes(), err
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	return content, errors.Join(err, r.Close())
}
