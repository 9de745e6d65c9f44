package db_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

func TestDecisionsInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		if last, err := db.LastDecision(t.Context()); last != 0 || err != nil {
			t.Errorf("the end of an empty log is %d, %v", last, err)
		}
		revision := tree(t, db)
		var want []decision.Decision
		for i := range 5 {
			d := decided(fmt.Sprintf("d-%d", i+1), "p", revision, noon)
			if i%2 == 0 {
				d = with(d, fmt.Sprintf("[%d]", i))
			}
			want = append(want, keep(t, db, d))
		}
		read := func(after, upto int64, limit int) (found []decision.Decision) {
			page, err := db.DecisionsInOrder(t.Context(), after, upto, limit)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range page {
				if d.Seq != after+int64(i)+1 {
					t.Errorf("place %d, want %d", d.Seq, after+int64(i)+1)
				}
				found = append(found, d.Decision)
			}
			return found
		}
		// With their given facts, unlike a search.
		if diff := cmp.Diff(want, read(0, 5, 10)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want[1:3], read(1, 3, 10)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want[3:4], read(3, 5, 1)); diff != "" {
			t.Error(diff)
		}
		if last, err := db.LastDecision(t.Context()); last != 5 || err != nil {
			t.Errorf("the end is %d, %v", last, err)
		}
		if seq, id, err := db.NextDecision(t.Context(), 3); seq != 4 || id != "d-4" || err != nil {
			t.Errorf("after 3 comes %d %s, %v", seq, id, err)
		}
		if _, _, err := db.NextDecision(t.Context(), 5); !errors.Is(err, decision.ErrNotFound) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// What cannot be read is told from a store that does not answer, and can still be named.
func TestUnreadableDecision(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	db := dbtest.Open(t, path)
	revision := tree(t, db)
	for _, id := range []string{"d-1", "d-2"} {
		d := decided(id, "p", revision, noon)
		d.Actor = &decision.Actor{ID: "ada", Roles: []string{}}
		keep(t, db, d)
	}
	record(t, db, "p", noon, status("active"))
	raw := stranger(t, path)
	for _, change := range []string{
		"PRAGMA ignore_check_constraints = ON",
		"DROP TRIGGER decision_no_update", "DROP TRIGGER fact_no_update",
		"UPDATE fact SET recorded_at = 'yesterday'",
	} {
		if _, err := raw.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	for _, damage := range []string{"known_at = 'never'", "known_at = '2026-03-01T12:00:00.000000Z', actor_json = '{'"} {
		if _, err := raw.Exec("UPDATE decision SET " + damage + " WHERE id = 'd-2'"); err != nil {
			t.Fatal(err)
		}
		_, one := db.Decision(t.Context(), "d-2")
		_, page := db.DecisionsInOrder(t.Context(), 0, 2, 10)
		for _, err := range []error{one, page} {
			if !errors.Is(err, decision.ErrUnreadable) {
				t.Errorf("%s: %v", damage, err)
			}
		}
		if seq, id, err := db.NextDecision(t.Context(), 1); seq != 2 || id != "d-2" || err != nil {
			t.Errorf("%s: %d %s, %v", damage, seq, id, err)
		}
	}
	if good, err := db.DecisionsInOrder(t.Context(), 0, 1, 10); len(good) != 1 || err != nil {
		t.Errorf("%d, %v", len(good), err)
	}
	if _, err := db.Facts(t.Context(), "p", forever, 10); !errors.Is(err, decision.ErrUnreadable) {
		t.Errorf("facts: %v", err)
	}
}

// Replays read by place; nothing is scanned or sorted.
func TestReplaysReadByPlace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	dbtest.Open(t, path)
	raw := stranger(t, path)
	for _, query := range []string{
		"SELECT decision.*, input.content_json FROM decision LEFT JOIN input ON input.digest = decision.given_digest WHERE decision.seq > 1 AND decision.seq <= 9 ORDER BY decision.seq LIMIT 5",
		"SELECT seq, id FROM decision WHERE seq > 1 ORDER BY seq LIMIT 1",
	} {
		rows, err := raw.Query("EXPLAIN QUERY PLAN " + query)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan[0], "SEARCH decision USING ") || slices.ContainsFunc(plan, func(s string) bool { return strings.Contains(s, "SCAN") || strings.Contains(s, "B-TREE") }) {
			t.Errorf("%s\n%v", query, plan)
		}
	}
}
