package api

import (
	"encoding/base64"
	"encoding/json"
	"slices"

	"assay/server/decision"
)

// cursor is where a page ended. It carries a digest of the filters, so that it
// cannot continue another search by mistake; it is no secret and grants nothing.
type cursor struct {
	Filters string `json:"f"`
	// After is the last partner, Place the sequence number of the last entry of a log.
	After string `json:"a,omitempty"`
	Place int64  `json:"p,omitempty"`
}

func filtersDigest(list string, filters ...string) string {
	joined, _ := json.Marshal(slices.Concat([]string{list}, filters))
	return decision.Digest(joined)[:16]
}

func (c cursor) String() string {
	raw, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads the cursor of a request; none is the beginning.
func parseCursor(text *string, filters string) (cursor, error) {
	var c cursor
	if text == nil {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(*text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	// Only what this server wrote reads back as the same text.
	if err != nil || c.String() != *text || c.Place < 0 {
		return c, badCursor("is not a cursor of this server")
	}
	if c.Filters != filters {
		return c, badCursor("belongs to other filters; start from the first page")
	}
	return c, nil
}

func badCursor(detail string) error {
	return failAt(ProblemCodeInvalidParameter, inParameter("cursor", detail))
}

const defaultLimit = 50 // as the document says

// page cuts a list that was asked for one entry more than the limit.
func page[T any](entries []T, limit int) (shown []T, more bool) {
	if len(entries) > limit {
		return entries[:limit], true
	}
	return entries, false
}

func limitOf(limit *int) int {
	if limit == nil {
		return defaultLimit
	}
	return *limit
}
