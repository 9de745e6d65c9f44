package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/server/decision"
)

var (
	seedRow  = regexp.MustCompile(`(?m)^\| (S\d\d) \| (.+) \| (.+) \|$`)
	codeSpan = regexp.MustCompile("`([^`]+)`")
)

// TestSeedTable keeps docs/seed.md true: every sentence has a row, every name in it
// exists, and every part of a shipped program is named in some row.
func TestSeedTable(t *testing.T) {
	t.Parallel()
	revision, err := loadPolicies(t.Context(), []string{shippedPolicies})
	if err != nil {
		t.Fatal(err)
	}
	programs := make(map[string]decision.Program)
	actions := make(map[string][]string)
	for _, p := range revision.Programs() {
		programs[p.Name] = p
		for _, a := range p.Actions {
			actions[a.ID] = a.Gates
		}
	}
	exists := func(name string) bool {
		if _, isProgram := programs[name]; isProgram || actions[name] != nil {
			return true
		}
		rules, _ := filepath.Glob(filepath.Join(shippedPolicies, "csp/direct_bill", name, "*.rego"))
		return len(rules) > 0
	}

	page := markdown(t)["../docs/seed.md"]
	var sentences []string
	for _, row := range seedRow.FindAllStringSubmatch(page, -1) {
		sentences = append(sentences, row[1])
		names := codeSpan.FindAllStringSubmatch(row[3], -1)
		if len(names) == 0 && !strings.HasPrefix(row[3], "informational") {
			t.Errorf("%s names nothing that implements it", row[1])
		}
		var gates, asked []string
		for _, name := range names {
			if !exists(name[1]) {
				t.Errorf("%s: there is no %s", row[1], name[1])
			}
			if gate, ok := strings.CutPrefix(name[1], "gates/"); ok {
				gates = append(gates, gate)
			}
			if actions[name[1]] != nil {
				asked = append(asked, name[1])
			}
		}
		for _, gate := range gates {
			if !slices.ContainsFunc(asked, func(action string) bool { return slices.Contains(actions[action], gate) }) {
				t.Errorf("%s: none of the actions %v asks for the gate %s", row[1], asked, gate)
			}
		}
		for _, action := range asked {
			if !slices.ContainsFunc(gates, func(gate string) bool { return slices.Contains(actions[action], gate) }) {
				t.Errorf("%s: the action %s asks for none of the gates %v", row[1], action, gates)
			}
		}
	}
	var want []string
	for i := range 40 {
		want = append(want, "S"+string(rune('0'+(i+1)/10))+string(rune('0'+(i+1)%10)))
	}
	if !slices.Equal(sentences, want) {
		t.Errorf("the rows are %v", sentences)
	}
	for name, p := range programs {
		for _, r := range p.Requirements {
			if prefix := strings.TrimRight(r.Ref, "0123456789abcdefg-"); !strings.Contains(page, prefix) {
				t.Errorf("the page does not say what %s is", r.Ref)
			}
			own := strings.HasPrefix(r.Rule.File, strings.ReplaceAll(name, ".", "/")+"/") && strings.Contains(page, "`"+name+"`")
			if part := path(r.Rule.File); !own && !strings.Contains(page, "`"+part+"`") {
				t.Errorf("no sentence is named for %s of %s", part, name)
			}
		}
	}
}

// path is a part's folder below csp/direct_bill.
func path(file string) string {
	return strings.TrimPrefix(filepath.ToSlash(filepath.Dir(file)), "csp/direct_bill/")
}

// rows are the scenarios of the domain that must each be a case, by number.
var rows = strings.Fields(`1 2 4 4b 5 7 8 9 10 11 13 14 18 19 20 21 23 25 26 26b 26c 28 29b 30 32 35 37 38 39 39b 39c
	40 41 42 42c 42d 43c 43d 44 46 46b 47 49 49b 50 51 53`)

// TestEveryScenarioIsACase: no scenario is lost; whether it holds, TestCases says.
func TestEveryScenarioIsACase(t *testing.T) {
	t.Parallel()
	told := make(map[string]bool)
	for _, root := range []string{shippedPolicies, fy26Policies} {
		files, err := filepath.Glob(filepath.Join(root, "*/*/*/cases/*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		other, err := filepath.Glob(filepath.Join(root, "*/*/cases/*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range append(files, other...) {
			number, _, _ := strings.Cut(filepath.Base(file), "-")
			told[strings.TrimLeft(number, "0")] = true
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"-- request.yaml --", "-- decision.yaml --", "-- explanation.en.txt --", "-- explanation.it.txt --"} {
				if !strings.Contains(string(content), "\n"+part+"\n") {
					t.Errorf("%s has no %s", file, part)
				}
			}
		}
	}
	for _, row := range rows {
		if !told[row] {
			t.Errorf("no case tells scenario %s", row)
		}
	}
}
