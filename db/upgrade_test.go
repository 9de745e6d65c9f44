package db_test

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
	"assay/server/ledger"
)

// A database of the first version, from before decisions had actions and could be
// searched by what came out, is taken over as it is; searches find all that is in it.
func TestUpgradeKeepsDecisions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	first := stranger(t, path)
	migrateTo1(t, first)
	insert := func(id, result, decidedAt string) string {
		return `INSERT INTO decision (id, program, partner, outcome, revision, as_of_on, known_at, position, facts_digest, result_json, decided_at, request_id)
			VALUES ('` + id + `', 'csp.enrollment', 'p', 'eligible', '` + digits + `', '2026-01-01', '2026-01-01T00:00:00.000000Z', 0, '` + digits + `', '` + result + `', '` + decidedAt + `', '')`
	}
	const met = `{"outcome":"eligible","findings":[{"id":"revenue","status":"met","due":true,"reason":"met"},{"id":"support","status":"unknown","due":false,"reason":"unknown"}]}`
	const notMet = `{"outcome":"eligible","findings":[{"id":"revenue","status":"not_met","due":true,"reason":"below"}]}`
	for _, statement := range []string{
		"PRAGMA application_id = 1098080633",
		"INSERT INTO revision (digest, first_served_at) VALUES ('" + digits + "', '2026-01-01T00:00:00.000000Z')",
		insert("d-1", "{}", "2026-01-01T00:00:00.000000Z"),
		insert("d-2", met, "2026-01-03T00:00:00.000000Z"),
		// The clock went back, and forth again in steps.
		insert("d-3", notMet, "2026-01-02T00:00:00.000000Z"),
		insert("d-4", met, "2026-01-03T00:00:00.000000Z"),
		insert("d-5", met, "2026-01-04T00:00:00.000000Z"),
		// Kept before revisions were numbered, and later than the other one.
		"INSERT INTO revision (digest, first_served_at) VALUES ('" + strings.Repeat("0", 64) + "', '2026-02-01T00:00:00.000000Z')",
	} {
		if _, err := first.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	upgraded, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = upgraded.Close() }()
	d, err := upgraded.Decision(t.Context(), "d-3")
	if err != nil || d.Partner != "p" || d.Action != "" || d.Actor != nil || d.Caller != "" || d.TraceID != "" || d.DecidedAt.Day() != 2 {
		t.Errorf("got %+v, %v", d, err)
	}
	// What was kept before there was a ledger is sealed like all else.
	rows, err := upgraded.Ledger().Rows(t.Context(), ledger.Revision, 0, 10, 10)
	if err != nil || len(rows) != 2 || rows[0].Plain["digest"] != digits || rows[0].Seq != 1 || rows[1].Seq != 2 {
		t.Errorf("got %+v, %v", rows, err)
	}
	log := dbtest.Seal(t, path, upgraded)
	if status, err := log.Status(t.Context()); err != nil || status.Size != 7 || status.Unsealed != 0 {
		t.Errorf("got %+v, %v", status, err)
	}
	d.ID = "d-6"
	kept := keep(t, upgraded, d)
	if want := time.Date(2026, 1, 4, 0, 0, 0, 1000, time.UTC); !kept.DecidedAt.Equal(want) {
		t.Errorf("the log goes on at %v, want %v", kept.DecidedAt, want)
	}

	january := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		q    decision.DecisionQuery
		want []string
	}{
		{decision.DecisionQuery{Requirement: "revenue", Status: decision.Met}, []string{"d-5", "d-4", "d-2"}},
		{decision.DecisionQuery{Reason: "below", OldestFirst: true}, []string{"d-3", "d-6"}},
		{decision.DecisionQuery{Program: "csp.enrollment", Partner: "p"}, []string{"d-6", "d-5", "d-4", "d-3", "d-2", "d-1"}},
		// What is out of order is found where it lies, and nothing is lost between two spans.
		{decision.DecisionQuery{DecidedTo: january(2)}, []string{"d-1"}},
		{decision.DecisionQuery{DecidedFrom: january(2), DecidedTo: january(3)}, nil},
		{decision.DecisionQuery{DecidedFrom: january(3), DecidedTo: january(4)}, []string{"d-4", "d-3", "d-2"}},
		{decision.DecisionQuery{DecidedFrom: january(4)}, []string{"d-6", "d-5"}},
	} {
		if got := pages(t, upgraded, c.q, 2); !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.q, got, c.want)
		}
	}

	tally, err := upgraded.Tally(t.Context(), decision.TallyQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]decision.OutcomeCount{
		{Day: "2026-01-01", Program: "csp.enrollment", Outcome: "eligible", Count: 1},
		{Day: "2026-01-02", Program: "csp.enrollment", Outcome: "eligible", Count: 1},
		{Day: "2026-01-03", Program: "csp.enrollment", Outcome: "eligible", Count: 2},
		{Day: "2026-01-04", Program: "csp.enrollment", Outcome: "eligible", Count: 2},
	}, tally.Outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]decision.FindingCount{
		{Program: "csp.enrollment", Requirement: "revenue", Status: "met", Due: true, Reason: "met", Count: 3},
		{Program: "csp.enrollment", Requirement: "revenue", Status: "not_met", Due: true, Reason: "below", Count: 2},
		{Program: "csp.enrollment", Requirement: "support", Status: "unknown", Reason: "unknown", Count: 3},
	}, tally.Findings); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Words on reports from when there was one for each are taken over, in their order.
func TestUpgradeKeepsAcceptances(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	old := stranger(t, path)
	provider, err := goose.NewProvider(goose.DialectSQLite3, old, os.DirFS("migrations/sqlite"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(context.WithoutCancel(t.Context()), 8); err != nil {
		t.Fatal(err)
	}
	served, b := digits, strings.Repeat("b", 64)
	for _, statement := range []string{
		"PRAGMA application_id = 1098080633",
		"INSERT INTO revision (digest, first_served_at, seq) VALUES ('" + served + "', '2026-01-01T00:00:00.000000Z', 1)",
		"INSERT INTO report (id, created_at, live, candidate, content) VALUES ('" + b + "', '2026-01-01T00:00:00.000000Z', '" + served + "', '" + b + "', X'00')",
		"INSERT INTO report (id, created_at, live, candidate, content) VALUES ('" + served + "', '2026-01-01T00:00:00.000000Z', '" + served + "', '" + b + "', X'00')",
		"INSERT INTO acceptance (report, accepted_by, accepted_at, seq) VALUES ('" + b + "', 'ada', '2026-01-02T00:00:00.000000Z', 1)",
		"INSERT INTO acceptance (report, accepted_by, accepted_at, seq) VALUES ('" + served + "', 'bob', '2026-01-02T00:00:00.000000Z', 2)",
	} {
		if _, err := old.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	before := contents(t, old, "acceptance")
	dbtest.Open(t, path)
	after := strs(t, old, "SELECT quote(report) || ',' || quote(accepted_by) || ',' || quote(accepted_at) || ',' || quote(seq) FROM acceptance ORDER BY 1")
	if !slices.Equal(before, after) || len(after) != 2 {
		t.Errorf("got %v, want %v", after, before)
	}
}

const digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func migrateTo1(t *testing.T, raw *sql.DB) {
	t.Helper()
	content, err := os.ReadFile("migrations/sqlite/00001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	var files fs.FS = fstest.MapFS{"00001_init.sql": {Data: content}}
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}
