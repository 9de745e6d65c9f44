package policy_test

import (
	"os"
	"strings"
	"testing"

	"assay/server/policy"
	"assay/server/scaffold"
)

// mutate tries the mutants and returns the survivors that nobody argued, and the
// arguments that do not apply.
func mutate(t *testing.T, tree policy.Tree, only string) (survivors []policy.Mutant, tally *policy.Tally) {
	t.Helper()
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	mutation, err := policy.NewMutation(t.Context(), revision)
	if err != nil {
		t.Fatal(err)
	}
	tally = policy.NewTally(revision, only)
	err = mutation.Run(t.Context(), revision.Mutants(only, false), 2, func(v policy.Verdict) { tally.Count(v) })
	if err != nil {
		t.Fatal(err)
	}
	return tally.Unexplained(), tally
}

func shippedTree(t *testing.T) policy.Tree {
	t.Helper()
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

const (
	infrastructureTest = infrastructure + "/infrastructure_test.rego"
)

// TestMutantsOfShippedPolicies looks at one requirement, or with MUTATE=1 at everything,
// which takes minutes: whatever is changed, a test or a case notices, or it is argued.
func TestMutantsOfShippedPolicies(t *testing.T) {
	t.Parallel()
	only := infrastructure
	if os.Getenv("MUTATE") != "" {
		only = ""
	}
	survivors, tally := mutate(t, shippedTree(t), only)
	for _, m := range survivors {
		t.Errorf("nothing notices %s", m)
	}
	for _, p := range tally.Outdated() {
		t.Error(p)
	}
	if tally.Killed < 30 {
		t.Errorf("only %d mutants were tried and killed", tally.Killed)
	}
}

// A test that looks less closely lets the mutant through that it was there for, and only
// that one.
func TestAWeakenedTestLetsAMutantThrough(t *testing.T) {
	t.Parallel()
	for name, weakened := range map[string]struct {
		change   func(*testing.T, policy.Tree)
		line     string
		survivor string
	}{
		"facts": {replace(infrastructureTest, `result.facts == ["other", "stated"]`, "result.facts"), ":62", "rule removed: facts_used contains id if"},
		"keys":  {replace(infrastructureTest, `object.keys(result.shown) == {"citation", "not_known"}`, "result.shown"), ":51", "> → >= in count(known) > 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			only := infrastructure + "/infrastructure.rego" + weakened.line
			tree := shippedTree(t)
			if survivors, _ := mutate(t, tree, only); len(survivors) > 0 {
				t.Fatalf("before the test is weakened: %v", survivors)
			}
			weakened.change(t, tree)
			survivors, _ := mutate(t, tree, only)
			if len(survivors) != 1 || !strings.HasPrefix(survivors[0].Change, weakened.survivor) {
				t.Errorf("survivors: %v", survivors)
			}
		})
	}
}

// TestWhatIsChanged counts the changes of a small tree, kind by kind.
func TestWhatIsChanged(t *testing.T) {
	t.Parallel()
	tree := shippedTree(t)
	tree["lib/small/small.rego"] = []byte(`package lib.small

default over(_, _) := false

over(a, b) if {
	not a == b
	a >= b + 1
	a in [true, b]
} else := true if b == 0
`)
	tree["lib/small/literals.rego"] = []byte(`package lib.small

said contains {"name": "a"} if {
	some text in input.texts
	text in {"a", ""}
	count(input["texts"]) > 0
}

named contains "code" if over(0.50, input.list[1])
`)
	tree["lib/small/data.yaml"] = []byte("versions:\n  - since: 2024-03-01\n")
	tree["lib/small/small_test.rego"] = []byte("package lib.small_test\n\nimport data.lib.small\n\ntest_over if small.over(2, 1)\n")
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range revision.Mutants("lib/small", true) {
		got = append(got, strings.TrimPrefix(m.String(), "lib/small/small.rego:"))
	}
	want := []string{
		"3: over: rule removed: default over := false",
		"3: over: false → true in default over := false",
		"5: over: rule removed: over(a, b) if { not a == b a >= b + 1 a in [true, b] } else := true if b == 0",
		"9: over: else removed: else := true if b == 0",
		"6: over: condition dropped: not a == b",
		"6: over: not dropped: not a == b",
		"6: over: == → != in not a == b",
		"7: over: >= → > in a >= b + 1",
		"7: over: >= → < in a >= b + 1",
		"7: over: condition dropped: a >= b + 1",
		"7: over: + → - in b + 1",
		"7: over: 1 → 0 in a >= b + 1",
		"7: over: 1 → 2 in a >= b + 1",
		"8: over: condition dropped: a in [true, b]",
		"8: over: not added: a in [true, b]",
		"8: over: true → false in over(a, b) if { not a == b a >= b + 1 a in [true, b] } else := true if b == 0",
		"9: over: true → false in over(a, b) if { not a == b a >= b + 1 a in [true, b] } else := true if b == 0",
		"9: over: == → != in else := true if b == 0",
		"lib/small/literals.rego:3: said: rule removed: said contains",
		`lib/small/literals.rego:3: said: "a" → "~" in said contains {"name": "a"} if`,
		"lib/small/literals.rego:5: said: condition dropped: text in",
		"lib/small/literals.rego:5: said: not added: text in",
		`lib/small/literals.rego:5: said: "a" → "~" in text in {"a", ""}`,
		`lib/small/literals.rego:5: said: "" → "~" in text in {"a", ""}`,
		`lib/small/literals.rego:6: said: > → >= in count(input["texts"]) > 0`,
		`lib/small/literals.rego:6: said: > → <= in count(input["texts"]) > 0`,
		`lib/small/literals.rego:6: said: 0 → 1 in count(input["texts"]) > 0`,
		"lib/small/literals.rego:9: named: rule removed: named contains",
		"lib/small/literals.rego:9: named: condition dropped: over(0.50, input.list[1])",
		"lib/small/literals.rego:9: named: 0.50 → 0.49 in over(0.50, input.list[1])",
		"lib/small/literals.rego:9: named: 0.50 → 0.51 in over(0.50, input.list[1])",
		"lib/small/literals.rego:9: named: 1 → 0 in over(0.50, input.list[1])",
		"lib/small/literals.rego:9: named: 1 → 2 in over(0.50, input.list[1])",
		"lib/small/data.yaml:2: versions since 2024-03-01: a day earlier",
		"lib/small/data.yaml:2: versions since 2024-03-01: a day later",
	}
	for _, change := range want {
		found := false
		for _, g := range got {
			found = found || strings.HasPrefix(g, change)
		}
		if !found {
			t.Errorf("there is no %q", change)
		}
	}
	if len(got) != len(want) || t.Failed() {
		t.Fatalf("%d changes, should be %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
}

// What assay new writes tests itself: nothing of its rule can be changed unnoticed. Of its
// value it can, because no case tells of it yet.
func TestScaffoldTestsItself(t *testing.T) {
	t.Parallel()
	tree := shippedTree(t)
	r := scaffold.Requirement{Folder: "csp/direct_bill/requirements/insurance", Kind: "insurance", Field: scaffold.Field, Since: "2026-01-01", Languages: []string{"en", "it"}}
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	kind, err := scaffold.Kind("insurance")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, kind) {
		tree[file.Path] = file.Content
	}
	survivors, tally := mutate(t, tree, r.Folder)
	for _, m := range survivors {
		if !strings.HasSuffix(m.File, "data.yaml") {
			t.Errorf("nothing notices %s", m)
		}
	}
	if tally.Killed < 15 || len(survivors) != 3 {
		t.Errorf("%d killed; survivors: %v", tally.Killed, survivors)
	}
}
