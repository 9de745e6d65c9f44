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

// The wide rows of the log are read for a page only; what a search walks through
// are narrow indices, newest first, without sorting.
func TestSearchesWalkAnIndex(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	dbtest.Open(t, path)
	for query, index := range map[string]string{
		"Decisions":          "SEARCH d USING COVERING INDEX decision_by_seq",
		"DecisionsOfPartner": "SEARCH d USING COVERING INDEX decision_by_partner",
		"FactsOfPartner":     "SEARCH fact USING INDEX fact_by_partner",
		"LastFactKnownAt":    "SEARCH fact USING COVERING INDEX fact_by_instant",
		"RecordingByKey":     "SEARCH recording USING INDEX sqlite_autoindex_recording_1", // recording_once
	} {
		plan := strings.Join(explain(t, path, query), "\n")
		if !strings.Contains(plan, index) {
			t.Errorf("%s: want %s\n%s", query, index, plan)
		}
		if strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s sorts:\n%s", query, plan)
		}
	}
}

var queryText = regexp.MustCompile("(?s)const \\w+ = `-- name: (\\w+) :\\w+\n(.*?)`")

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
