package db_test

import (
	"context"
	"database/sql"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"assay/db/dbtest"
	"assay/db/sqlc"
)

// Every generated method is called once on the real schema, with zero arguments:
// a query that lost a parameter, or names a column that is not there, compiles and
// fails only then.
func TestEveryQueryRuns(t *testing.T) {
	t.Parallel()
	write := dbtest.Open(t, filepath.Join(t.TempDir(), "assay.db")).Handles()["write"]
	querier := reflect.TypeFor[sqlc.Querier]()
	for i := range querier.NumMethod() {
		name := querier.Method(i).Name
		tx, err := write.Begin()
		if err != nil {
			t.Fatal(err)
		}
		method := reflect.ValueOf(sqlc.New(tx)).MethodByName(name)
		args := []reflect.Value{reflect.ValueOf(context.Background())}
		for n := 1; n < method.Type().NumIn(); n++ {
			args = append(args, reflect.Zero(method.Type().In(n)))
		}
		results := method.Call(args)
		err, _ = results[len(results)-1].Interface().(error)
		var refused *sqlite.Error
		switch {
		case err == nil, errors.Is(err, sql.ErrNoRows):
		case errors.As(err, &refused) && refused.Code()&0xff == sqlite3.SQLITE_CONSTRAINT:
		default:
			t.Errorf("%s: %v", name, err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// What the fields of generated structs are typed as is the check that sqlc knew
// every column.
func TestGeneratedTypesAreKnown(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("sqlc/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	fields := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					fields++
					if _, untyped := f.Type.(*ast.InterfaceType); untyped {
						t.Errorf("%s: %v is an interface{}: cast the parameter in the query", name, f.Names)
					}
				}
			}
			return true
		})
	}
	if fields < 50 {
		t.Errorf("only %d fields seen", fields)
	}
}

// What a search walks through are indices and never the wide rows of the log, in their
// own order, without sorting.
func TestSearchesWalkAnIndex(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	dbtest.Open(t, path)
	plans := map[string][]string{
		"FactsOfPartner":  {"SEARCH fact USING INDEX fact_by_partner (partner=? AND seq>? AND seq<?)"},
		"LastFactKnownAt": {"SEARCH fact USING COVERING INDEX fact_by_instant (recorded_at<?)"},
		"RecordingByKey":  {"SEARCH recording USING INDEX sqlite_autoindex_recording_1 (partner=? AND idempotency_key=?)"}, // recording_once
		"DecisionsAt":     {"SEARCH decision USING INTEGER PRIMARY KEY (rowid=?)"},
		"LastDecidedAt":   {"SCAN decision USING COVERING INDEX decision_by_instant"}, // of one row
		"FirstDecidedSince": {
			"SEARCH decision USING COVERING INDEX decision_by_instant (decided_at>?)",
			"CORRELATED SCALAR SUBQUERY 1", "SEARCH straggler USING PRIMARY KEY (decision=?)",
		},
		"NextProgram":          {"SEARCH decision USING COVERING INDEX decision_by_program (program>?)"},
		"NextProgramOfPartner": {"SEARCH decision USING COVERING INDEX decision_by_partner (partner=? AND program>?)"},
		"NextDecision":         {"SEARCH decision USING INTEGER PRIMARY KEY (rowid>?)"},
		"NextDay":              {"SEARCH decision USING COVERING INDEX decision_by_day (as_of_on>?)"},
		"VerdictSeq":           {"SEARCH verdict USING COVERING INDEX sqlite_autoindex_verdict_1 (program=? AND requirement=? AND status=? AND due=? AND reason=?)"},
		"FindingsOf":           {"SCAN verdict", "SEARCH finding USING PRIMARY KEY (verdict=? AND decision>? AND decision<?)", "USE TEMP B-TREE FOR ORDER BY"}, // a page of decisions at a time
	}
	for direction, compared := range map[string]string{"Later": ">", "Earlier": "<"} {
		plans[direction] = []string{"SEARCH decision USING INTEGER PRIMARY KEY (rowid" + compared + "?)"}
		plans[direction+"OfVerdict"] = []string{"SEARCH finding USING PRIMARY KEY (verdict=? AND decision" + compared + "?)"}
		for filter, index := range map[string]string{
			"OfPartner": "decision_by_partner (partner=? AND program=?", "OfOutcome": "decision_by_outcome (program=? AND outcome=?", "OfProgram": "decision_by_program (program=?",
			"OfRevision": "decision_by_revision (revision=?", "OfDay": "decision_by_day (as_of_on=?",
			"OfAction": "decision_by_action (action=?", "OfCaller": "decision_by_caller (caller=?",
			"OfRequest": "decision_by_request (request_id=?", "OfTrace": "decision_by_trace (trace_id=?",
		} {
			plans[direction+filter] = []string{"SEARCH decision USING COVERING INDEX " + index + " AND rowid" + compared + "?)"}
		}
	}
	for query, want := range plans {
		if plan := explain(t, path, query); !slices.Equal(plan, want) {
			t.Errorf("%s:\n got %s\nwant %s", query, strings.Join(plan, "\n     "), strings.Join(want, "\n     "))
		}
	}
	// Whoever adds a list adds its plan.
	for _, name := range queryNames(t) {
		if _, ok := plans[name]; !ok && (strings.HasPrefix(name, "Later") || strings.HasPrefix(name, "Earlier") || strings.HasPrefix(name, "Next")) {
			t.Errorf("%s has no plan here", name)
		}
	}
}

var queryText = regexp.MustCompile("(?s)const \\w+ = `-- name: (\\w+) :\\w+\n(.*?)`")

func queryNames(t *testing.T) (names []string) {
	for _, text := range generated(t) {
		for _, m := range queryText.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
	}
	return names
}

// explain is the plan of a generated query.
func explain(t *testing.T, path, name string) (plan []string) {
	t.Helper()
	raw := stranger(t, path)
	for _, text := range generated(t) {
		for _, m := range queryText.FindAllStringSubmatch(text, -1) {
			if m[1] != name {
				continue
			}
			args := make([]any, strings.Count(regexp.MustCompile(`\?\d+`).ReplaceAllString(m[2], "?"), "?"))
			rows, err := raw.Query("EXPLAIN QUERY PLAN "+m[2], args...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var id, parent, unused int
				var detail string
				if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, detail)
			}
			return plan
		}
	}
	t.Fatalf("no query %s", name)
	return nil
}

// generated are the generated files.
func generated(t *testing.T) (texts []string) {
	t.Helper()
	files, err := filepath.Glob("sqlc/*.sql.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}
