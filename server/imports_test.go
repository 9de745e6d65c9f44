package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which packages of the project each package may import. decision is in
// the middle; its points do not know one another, but that api renders with explain.
var arrows = map[string][]string{
	"assay":                    {},
	"assay/server/decision":    {},
	"assay/server/strictjson":  {},
	"assay/server/schema":      {"assay/server/decision"},
	"assay/server/demo":        {"assay/server/decision"},
	"assay/server/inorder":     {},
	"assay/server/impact":      {"assay/server/decision", "assay/server/inorder", "assay/server/spreadsheet"},
	"assay/server/spreadsheet": {},
	"assay/server/opalog":      {"assay/server/decision"},
	"assay/server/replay":      {"assay/server/decision", "assay/server/inorder"},
	"assay/server/scaffold":    {},
	"assay/server/explain":     {"assay/server/decision"},
	"assay/server/ledger":      {"assay/server/decision"},
	"assay/server/evidence":    {"assay/server/decision", "assay/server/explain", "assay/server/ledger"},
	"assay/server/policy":      {"assay/server/decision", "assay/server/schema"},
	"assay/server/api":         {"assay/server/decision", "assay/server/explain", "assay/server/ledger", "assay/server/schema", "assay/server/spreadsheet", "assay/server/strictjson"},
	"assay/db/column":          {"assay/server/decision"},
	"assay/db/sqlc":            {"assay/db/column"},
	"assay/db":                 {"assay/db/column", "assay/db/sqlc", "assay/server/decision", "assay/server/ledger"},
	"assay/db/dbtest":          {"assay/db", "assay/server/decision", "assay/server/ledger"},
	"assay/server": {
		"assay", "assay/db", "assay/server/api", "assay/server/decision", "assay/server/demo",
		"assay/server/evidence", "assay/server/explain", "assay/server/impact", "assay/server/ledger", "assay/server/opalog",
		"assay/server/policy",
		"assay/server/replay", "assay/server/scaffold", "assay/server/schema",
	},
}

// owners are the only packages that may import a library of this prefix.
var owners = map[string]string{
	"github.com/open-policy-agent/": "assay/server/policy",
	"github.com/labstack/":          "assay/server/api",
	"modernc.org/":                  "assay/db",
	"github.com/pressly/":           "assay/db",
	"github.com/spf13/":             "assay/server",
	"golang.org/x/mod/":             "assay/server/ledger",
}

func TestArrowsBetweenPackages(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	err := filepath.WalkDir("..", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." {
			return filepath.SkipDir
		}
		pkg, err := build.ImportDir(dir, 0)
		if err != nil {
			return nil // no Go here
		}
		name := strings.TrimSuffix("assay/"+filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(dir, ".."), "/")), "/")
		seen[name] = true
		checkPackage(t, name, pkg)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range arrows {
		if !seen[name] {
			t.Errorf("%s is in the table but not in the tree", name)
		}
	}
}

func checkPackage(t *testing.T, name string, pkg *build.Package) {
	t.Helper()
	allowed, known := arrows[name]
	if !known {
		t.Errorf("%s is not in the table of arrows", name)
	}
	if pkg.Doc == "" {
		t.Errorf("%s has no comment that says what it is", name)
	}
	for _, imported := range pkg.Imports {
		if inProject := imported == "assay" || strings.HasPrefix(imported, "assay/"); inProject && !slices.Contains(allowed, imported) {
			t.Errorf("%s must not import %s", name, imported)
		}
		if name == "assay/server/decision" && strings.Contains(imported, ".") {
			t.Errorf("%s imports %s: it is built on the standard library only", name, imported)
		}
		for prefix, owner := range owners {
			if strings.HasPrefix(imported, prefix) && name != owner {
				t.Errorf("%s imports %s: that belongs to %s", name, imported, owner)
			}
		}
	}
}

// TestGoKnowsNoProgram: what is decided is data. In the Go that decides, explains, answers
// and keeps, no text names a program, requirement or action of the policies or of the
// overlay, and nothing that a question asks for is compared with a constant.
func TestGoKnowsNoProgram(t *testing.T) {
	t.Parallel()
	revision, err := loadPolicies(t.Context(), []string{shippedPolicies, fy26Policies})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"csp.", "direct_bill"}
	for _, p := range revision.Programs() {
		for _, a := range p.Actions {
			names = append(names, a.ID)
		}
		for _, r := range p.Requirements {
			names = append(names, r.ID)
		}
	}
	// Words that are also ordinary ones of the code.
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.ContainsAny(name, "._") })
	if len(names) < 40 {
		t.Fatalf("only %v are looked for", names)
	}
	searched := 0
	for _, dir := range []string{"decision", "policy", "explain", "impact", "inorder", "ledger", "opalog", "replay", "api", "schema", "strictjson", "spreadsheet", "../db", "../db/column", "../db/sqlc"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			searched++
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, literal := range stringLiterals(parsed) {
				for _, name := range names {
					if strings.Contains(literal, name) {
						t.Errorf("%s names %s in %q", file, name, literal)
					}
				}
			}
			for _, compared := range comparisons(parsed) {
				t.Errorf("%s compares %s with a constant", file, compared)
			}
		}
	}
	if searched < 40 {
		t.Errorf("only %d files searched", searched)
	}
}

// stringLiterals are the constants that are text.
func stringLiterals(file *ast.File) []string {
	var literals []string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				literals = append(literals, text)
			}
		}
		return true
	})
	return literals
}

// asked are the fields of a question.
var asked = []string{"Program", "Action", "Roles"}

// comparisons finds where a field of a question meets a constant that is not empty: in
// a comparison, a switch, or a call of strings that gets both.
func comparisons(file *ast.File) []string {
	var found []string
	check := func(fields, constants []ast.Expr) {
		for _, field := range fields {
			selector, ok := field.(*ast.SelectorExpr)
			if !ok || !slices.Contains(asked, selector.Sel.Name) {
				continue
			}
			for _, constant := range constants {
				if literal, ok := constant.(*ast.BasicLit); ok && literal.Kind == token.STRING && literal.Value != `""` {
					found = append(found, selector.Sel.Name+" "+literal.Value)
				}
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				both := []ast.Expr{n.X, n.Y}
				check(both, both)
			}
		case *ast.SwitchStmt:
			for _, clause := range n.Body.List {
				check([]ast.Expr{n.Tag}, clause.(*ast.CaseClause).List)
			}
		case *ast.CallExpr:
			if selector, ok := n.Fun.(*ast.SelectorExpr); ok {
				if name, ok := selector.X.(*ast.Ident); ok && name.Name == "strings" {
					check(n.Args, n.Args)
				}
			}
		}
		return true
	})
	return found
}
