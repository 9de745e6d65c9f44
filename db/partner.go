package db

import (
	"context"
	"fmt"

	"assay/db/sqlc"
	"assay/server/decision"
)

// Partners implements decision.Store.
func (db *DB) Partners(ctx context.Context, after string, limit int) ([]decision.Partner, error) {
	rows, err := db.reads.Partners(ctx, sqlc.PartnersParams{After: after, PageSize: pageSize(limit)})
	if err != nil {
		return nil, fmt.Errorf("list partners: %w", translate(err))
	}
	partners := make([]decision.Partner, len(rows))
	for i, row := range rows {
		partners[i] = decision.Partner{ID: row.ID, FirstRecordedAt: row.FirstRecordedAt.Time}
	}
	return partners, nil
}

// pageSize keeps a negative limit from meaning "all", as it does to SQLite.
func pageSize(limit int) int64 { return int64(max(limit, 0)) }

// PartnerExists implements decision.Store.
func (db *DB) PartnerExists(ctx context.Context, partner string) (bool, error) {
	exists, err := db.reads.PartnerExists(ctx, partner)
	if err != nil {
		return false, fmt.Errorf("look up partner %s: %w", partner, translate(err))
	}
	return exists, nil
}
