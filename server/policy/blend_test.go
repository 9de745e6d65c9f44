package policy_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"assay/server/decision"
	"assay/server/demo"
	"assay/server/policy"
)

const (
	revenue        = "csp/direct_bill/requirements/revenue"
	infrastructure = "csp/direct_bill/requirements/infrastructure"
)

// edited is the shipped tree with texts of its files replaced: file, old, new, …
func edited(t *testing.T, edits ...string) policy.Tree {
	t.Helper()
	tree := readTree(t, shipped)
	for edit := range slices.Chunk(edits, 3) {
		content := string(tree[edit[0]])
		if !strings.Contains(content, edit[1]) {
			t.Fatalf("%s does not contain %q", edit[0], edit[1])
		}
		tree[edit[0]] = []byte(strings.ReplaceAll(content, edit[1], edit[2]))
	}
	return tree
}

func load(t *testing.T, tree policy.Tree) *policy.Revision {
	t.Helper()
	r, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func unitNames(b *policy.Blend) []string {
	var names []string
	for _, unit := range b.Units() {
		names = append(names, unit.String())
	}
	return names
}

// results are what a revision says of all demonstration partners.
func results(t *testing.T, r decision.Revision) string {
	t.Helper()
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var all strings.Builder
	for _, p := range demo.Partners(day) {
		for i := range p.Facts {
			p.Facts[i].ID = strconv.Itoa(i)
		}
		raw, err := r.Evaluate(t.Context(), decision.Question{Program: p.Program, AsOf: decision.DayOf(day)}, decision.Select(p.Facts, decision.DayOf(day)))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	return all.String()
}

// TestBlend: nothing taken is the earlier revision, everything taken the later one, and
// a value alone changes what that value decides and nothing else.
func TestBlend(t *testing.T) {
	t.Parallel()
	from := load(t, readTree(t, shipped))
	to := load(t, edited(t,
		revenue+"/data.yaml", "value: 30000000 # USD 300,000", "value: 42000000",
		revenue+"/data.yaml", "value: 12\n", "value: 11\n",
		revenue+"/data.yaml", "CSP revenue of the last twelve months", "CSP revenue",
		infrastructure+"/infrastructure.rego", `known.billing == "in_use"`, `known.billing == "none"`,
	))
	b := policy.NewBlend(t.Context(), from, to)
	want := []string{infrastructure, revenue, revenue + ":minimum", revenue + ":months"}
	if got := unitNames(b); !slices.Equal(got, want) {
		t.Fatalf("the units are %v, want %v", got, want)
	}
	take := func(units ...int) decision.Revision {
		r, err := b.Take(t.Context(), units)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if results(t, take()) != results(t, from) {
		t.Error("with nothing taken it is not the earlier revision")
	}
	if results(t, take(0, 1, 2, 3)) != results(t, to) {
		t.Error("with everything taken it is not the later revision")
	}
	if results(t, take(1)) != results(t, from) {
		t.Error("texts decide something")
	}
	alone := load(t, edited(t, revenue+"/data.yaml", "value: 30000000 # USD 300,000", "value: 42000000"))
	for _, units := range [][]int{{2}, {1, 2}, {2, 1}} {
		if results(t, take(units...)) != results(t, alone) {
			t.Errorf("the units %v are not the minimum alone", units)
		}
	}
	if results(t, take(0)) == results(t, from) || results(t, take(2)) == results(t, from) {
		t.Error("a change that decides is not taken")
	}
}

// How YAML is written, tests, cases and comments are no change.
func TestBlendKnowsWhatCannotDecide(t *testing.T) {
	t.Parallel()
	tree := readTree(t, shipped)
	for name, content := range tree {
		switch {
		case strings.HasSuffix(name, "data.yaml"):
			var data any
			if err := yaml.Unmarshal(content, &data); err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			tree[name] = raw
		case strings.HasSuffix(name, "_test.rego"), strings.HasSuffix(name, ".txtar"):
			delete(tree, name)
		}
	}
	b := policy.NewBlend(t.Context(), load(t, readTree(t, shipped)), load(t, tree))
	if len(b.Units()) != 0 {
		t.Errorf("the units are %v", unitNames(b))
	}
}

// A rule that refers to a value which is not there does not compile.
func TestBlendNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	const own = "csp/direct_bill/requirements/tenure"
	to := edited(t, infrastructure+"/infrastructure.rego", "met := false if", "met := false if {\n\tdata.csp.direct_bill.requirements.tenure.extra\n\tcount(not_in_use) > 100\n}\n\nmet := false if")
	to[own+"/extra/data.yaml"] = []byte("x: 1\n")
	to[infrastructure+"/infrastructure.rego"] = []byte(strings.ReplaceAll(string(to[infrastructure+"/infrastructure.rego"]), "tenure.extra\n", "tenure.extra.x\n"))
	b := policy.NewBlend(t.Context(), load(t, readTree(t, shipped)), load(t, to))
	if want := []string{infrastructure, own + "/extra"}; !slices.Equal(unitNames(b), want) {
		t.Fatalf("the units are %v", unitNames(b))
	}
	var refused *decision.RefusedError
	if _, err := b.Take(t.Context(), []int{0}); !errors.As(err, &refused) || !strings.Contains(err.Error(), "nothing defines data.csp.direct_bill.requirements.tenure.extra") {
		t.Errorf("got %v", err)
	}
	if _, err := b.Take(t.Context(), []int{0, 1}); err != nil {
		t.Error(err)
	}
}

func TestWithValue(t *testing.T) {
	t.Parallel()
	r := load(t, readTree(t, shipped))
	same, err := r.WithValue(t.Context(), revenue, "minimum", "2026-11-22", "30000000")
	if err != nil {
		t.Fatal(err)
	}
	if results(t, same) != results(t, r) {
		t.Error("the value that is there already changes something")
	}
	other, err := r.WithValue(t.Context(), revenue, "minimum", "2026-11-22", "42000000")
	if err != nil {
		t.Fatal(err)
	}
	if alone := load(t, edited(t, revenue+"/data.yaml", "value: 30000000 # USD 300,000", "value: 42000000")); results(t, other) != results(t, alone) {
		t.Error("it is not as if the file had been edited")
	}
	v, _ := decision.ValueOf(other, revenue, "minimum")
	if e, _ := v.EntryOn("2019-01-01"); e.Value != json.Number("0") {
		t.Errorf("the entry before is %v", e.Value)
	}
	for _, wrong := range [][2]string{{revenue, "minimun"}, {"csp/nowhere", "minimum"}} {
		if _, err := r.WithValue(t.Context(), wrong[0], wrong[1], "2026-11-22", "1"); err == nil {
			t.Errorf("%v was found", wrong)
		}
	}
	if _, err := r.WithValue(t.Context(), revenue, "minimum", "2001-01-01", "1"); err == nil {
		t.Error("before the first entry there is a value")
	}
}

// TestCandidate: changed files over a revision, which itself stays as it is.
func TestCandidate(t *testing.T) {
	t.Parallel()
	r := load(t, readTree(t, shipped))
	before := maps.Clone(r.Files())
	for name, c := range map[string]struct {
		files map[string][]byte
		says  string
	}{
		"fine":           {map[string][]byte{revenue + "/data.yaml": append(slices.Clone(before[revenue+"/data.yaml"]), '\n')}, ""},
		"a new case":     {map[string][]byte{"csp/direct_bill/enrollment/cases/new.txtar": []byte("A story.\n")}, ""},
		"a new kind":     {map[string][]byte{"schemas/facts/new.json": []byte(`{"type": "object"}`)}, ""},
		"new data, read": {map[string][]byte{"notes/data.yaml": []byte("a: 1\n"), "x/x.rego": []byte("package x\n\ny := data.notes.a")}, ""},
		"not read":       {map[string][]byte{"notes/data.yaml": []byte("a: 1\n")}, "/files/notes~1data.yaml: nothing would read it"},
		"a folder above": {map[string][]byte{"policies/" + revenue + "/data.yaml": []byte("a: 1\n")}, `did you mean "` + revenue + `/data.yaml"?`},
		"folders above":  {map[string][]byte{"my/policies/schemas/facts/new.json": []byte("{}")}, `did you mean "schemas/facts/new.json"?`},
		"no folder":      {map[string][]byte{"revenue/data.yaml": []byte("a: 1\n")}, `did you mean "` + revenue + `/data.yaml"?`},
		"no program":     {map[string][]byte{"csp/direct_bill/cases/new.txtar": []byte("A story.\n")}, "nothing would read it"},
		"misspelt":       {map[string][]byte{"langauges/data.yaml": nil}, `no such file; did you mean "languages/data.yaml"?`},
		"above the tree": {map[string][]byte{"../a.rego": []byte("package a")}, "/files/..~1a.rego"},
		"absolute":       {map[string][]byte{"/a.rego": []byte("package a")}, "/files/~1a.rego"},
		"hidden":         {map[string][]byte{".git/a.rego": []byte("package a")}, "/files/.git~1a.rego"},
		"not of a tree":  {map[string][]byte{"a.sh": []byte("rm")}, "/files/a.sh"},
		"not there":      {map[string][]byte{"a.rego": nil}, "no such file"},
		"broken":         {map[string][]byte{"a/a.rego": []byte("package a\n\nx :=")}, "a/a.rego:3"},
		"impure":         {map[string][]byte{"a/a.rego": []byte("package a\n\nx := time.now_ns()")}, "a/a.rego:3"},
	} {
		made, err := policy.Candidate(t.Context(), r, c.files)
		switch {
		case c.says == "" && (err != nil || made.Digest() == r.Digest()):
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
	if !maps.EqualFunc(before, r.Files(), slices.Equal) {
		t.Error("the revision was changed")
	}
}
