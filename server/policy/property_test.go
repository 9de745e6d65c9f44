package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
)

// TestAnyFactsGiveADecision makes up facts from the schemas of their kinds, odd but
// valid ones included, asks every program, and holds every decision against what must
// always be true.
func TestAnyFactsGiveADecision(t *testing.T) {
	t.Parallel()
	for name, folders := range map[string][]string{"shipped": {shipped}, "fy26": {shipped, overlay}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := readTree(t, folders...)
			revision, err := policy.Load(t.Context(), tree)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range revision.Programs() {
				t.Run(p.Name, func(t *testing.T) {
					t.Parallel()
					const seed = 20261122
					g := generator{rand.New(rand.NewPCG(seed, uint64(i))), factSchemas(t, tree)}
					askAnything(t, g, revision, p)
				})
			}
		})
	}
}

func readTree(t *testing.T, folders ...string) policy.Tree {
	t.Helper()
	var layers []fs.FS
	for _, folder := range folders {
		layers = append(layers, os.DirFS(folder))
	}
	tree, err := policy.ReadTree(layers...)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func askAnything(t *testing.T, g generator, revision decision.Revision, p decision.Program) {
	outcomes := make(map[decision.Outcome]int)
	for round := range 60 {
		facts := g.facts(revision)
		d := g.question(p)
		first, err := decision.Evaluate(t.Context(), revision, d, nil, facts)
		if err != nil {
			t.Fatalf("round %d, %+v: %v\n%s", round, d.Question(), err, show(facts))
		}
		result, err := decision.ParseResult(first.Result)
		if err != nil {
			t.Fatal(err)
		}
		outcomes[result.Outcome]++
		for _, wrong := range contradictions(p, first, result) {
			t.Errorf("round %d, %s: %s", round, d.Action, wrong)
		}
		for _, wrong := range unspeakable(revision, p, first, result) {
			t.Errorf("round %d, %s: %s", round, d.Action, wrong)
		}

		// The order in which facts come has no say. Their ids are their places, so the
		// whole decision is compared only without them.
		g.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		second, err := decision.Evaluate(t.Context(), revision, d, nil, facts)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := withoutIDs(first.Result), withoutIDs(second.Result); a != b {
			t.Fatalf("round %d: another order of facts gives another decision\n%s\n%s\n%s", round, a, b, show(facts))
		}
		if t.Failed() {
			t.Fatalf("%s\n%s", first.Result, show(facts))
		}
	}
	t.Log(outcomes)
	if len(outcomes) < 2 {
		t.Errorf("the facts made up are too much alike: %v", outcomes)
	}
}

// question asks the program something: an action if it is about actions, by somebody,
// by nobody, with the role that is needed and without.
func (g generator) question(p decision.Program) decision.Decision {
	d := decision.Decision{Program: p.Name, AsOf: decision.Day(g.pick(days...))}
	if len(p.Actions) == 0 {
		return d
	}
	d.Action = p.Actions[g.IntN(len(p.Actions))].ID
	if g.IntN(4) > 0 {
		d.Actor = &decision.Actor{Roles: []string{g.pick("global_admin", "admin_agent")}}
	}
	return d
}

// contradictions are what no decision may say, whatever the facts.
func contradictions(p decision.Program, d decision.Decision, result decision.Result) (wrong []string) {
	seen := make(map[string]bool)
	worst := decision.Met
	for _, f := range result.Findings {
		if f.Status == decision.Met && len(f.Missing) > 0 {
			wrong = append(wrong, fmt.Sprintf("%s is met and asks for %v", f.ID, f.Missing))
		}
		if f.Reason == "" {
			wrong = append(wrong, f.ID+" has no reason")
		}
		if seen[f.ID] {
			wrong = append(wrong, f.ID+" is there twice")
		}
		seen[f.ID] = true
		if !slices.ContainsFunc(p.Requirements, func(r decision.Requirement) bool { return r.ID == f.ID }) {
			wrong = append(wrong, f.ID+" is no part of the program")
		}
		for _, fact := range f.Facts {
			if len(d.Facts.Of(decision.Finding{Facts: []string{fact}})) != 1 {
				wrong = append(wrong, f.ID+" rests on a fact that was not there: "+fact)
			}
		}
		// Microsoft's own decision overrides the roll-up and is no part of it.
		decided := f.ID == "microsoft_decision" && (f.Status == decision.Met || f.Status == decision.NotMet)
		if f.Due && !decided && severity[f.Status] > severity[worst] {
			worst = f.Status
		}
	}
	if good[result.Rollup] && worst != decision.Met || p.Name == enrollment && result.Rollup != rolledUp[worst] {
		wrong = append(wrong, fmt.Sprintf("the roll-up is %s, the worst finding %s", result.Rollup, worst))
	}
	if len(p.Actions) > 0 && good[result.Outcome] != (worst == decision.Met && len(result.Findings) > 0) {
		wrong = append(wrong, fmt.Sprintf("the action is %s, the worst finding %s", result.Outcome, worst))
	}
	return wrong
}

const enrollment = "csp.direct_bill.enrollment"

// severity, rolledUp and good say in their own words what the design says of roll-ups.
var (
	severity = map[decision.Status]int{decision.Met: 0, decision.Unknown: 1, decision.Review: 2, decision.NotMet: 3}
	rolledUp = map[decision.Status]decision.Outcome{
		decision.Met: decision.Eligible, decision.Unknown: decision.Incomplete, decision.Review: decision.NeedsReview, decision.NotMet: decision.NotEligible,
	}
	good = map[decision.Outcome]bool{decision.Eligible: true, "compliant": true, "allow": true, "completed": true}
)

// code is a code that nobody has put into words. One in quotation marks is meant.
var code = regexp.MustCompile(`(^|[^"a-z_])[a-z]+_[a-z_]+\b`)

// unspeakable are sentences that no reader should see: with values that are not there,
// or with codes.
func unspeakable(revision decision.Revision, p decision.Program, d decision.Decision, result decision.Result) (wrong []string) {
	for tag, texts := range revision.Texts() {
		speaker := explain.New(tag, texts)
		if texts.Programs[p.Name].Outcomes[string(result.Outcome)] == "" {
			wrong = append(wrong, fmt.Sprintf("the outcome %s has no words in %q", result.Outcome, tag))
		}
		if result.Rollup != result.Outcome && speaker.Rollup(p.Name, result) == "" {
			wrong = append(wrong, fmt.Sprintf("the roll-up %s has no words in %q", result.Rollup, tag))
		}
		for _, f := range result.Findings {
			explanation, action := speaker.Finding(p.Name, f)
			for _, sentence := range []string{explanation, action} {
				if strings.Contains(sentence, "…") || code.MatchString(sentence) {
					wrong = append(wrong, fmt.Sprintf("%s (%s) in %q: %s", f.ID, f.Reason, tag, sentence))
				}
			}
			if f.Due && f.Status != decision.Met && action == "" {
				wrong = append(wrong, fmt.Sprintf("%s (%s) in %q does not say what to do", f.ID, f.Reason, tag))
			}
		}
		if report := speaker.Report(p, d, result); strings.Contains(report, "…") {
			wrong = append(wrong, "the report lacks a value: "+report)
		}
	}
	return wrong
}

var id = regexp.MustCompile(`"/facts/\d+"`)

func withoutIDs(result []byte) string {
	var r map[string]any
	if err := json.Unmarshal(id.ReplaceAll(result, []byte(`"id"`)), &r); err != nil {
		panic(err)
	}
	raw, _ := json.Marshal(r)
	return string(raw)
}

func show(facts []decision.Fact) string {
	var b bytes.Buffer
	for _, f := range facts {
		fmt.Fprintf(&b, "%s %q %s %s..%s %s\n", f.Kind, f.Key, f.Source, f.ValidFrom, f.ValidTo, f.Body)
	}
	return b.String()
}

// days are boundaries of something: of versions, windows, months and leap years.
var days = []string{
	"1990-01-01", "2018-08-30", "2018-08-31", "2019-04-03", "2020-10-26", "2020-10-27", "2021-04-15", "2023-04-24",
	"2024-02-28", "2024-02-29", "2024-03-01", "2024-04-09", "2024-04-10", "2024-06-07", "2024-06-08", "2024-06-15",
	"2024-07-01", "2025-02-28", "2025-03-01", "2025-09-30", "2025-10-01", "2026-03-10", "2026-12-31", "2999-01-01",
}

// texts are tried against the pattern of a schema until one fits.
var texts = []string{
	"2024-05", "2024-04", "2023-06", "2024-06", "2024-06-15", "2023-06-15", "2024-06-08", "IT", "DE", "US", "ZZ", "EUR",
	"Rossi", "A-1", "2024-05:usage", "licence", "ünïcødé 漢字 \u202e", "europe",
}

type generator struct {
	*rand.Rand
	schemas map[string]map[string]any
}

func factSchemas(t *testing.T, tree policy.Tree) map[string]map[string]any {
	t.Helper()
	schemas := make(map[string]map[string]any)
	for name, content := range tree {
		if path.Dir(name) != "schemas/facts" {
			continue
		}
		var schema map[string]any
		if err := json.Unmarshal(content, &schema); err != nil {
			t.Fatal(err)
		}
		schemas[strings.TrimSuffix(path.Base(name), ".json")] = schema
	}
	return schemas
}

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

// facts are valid ones of most kinds, some twice, some from several sources.
func (g generator) facts(revision decision.Revision) []decision.Fact {
	facts := []decision.Fact{}
	kinds := make([]string, 0, len(g.schemas))
	for kind := range g.schemas {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		for range g.IntN(4) {
			more := append(facts, g.fact(kind))
			if decision.ValidateFacts(revision, more) == nil {
				facts = more
			}
		}
	}
	return facts
}

func (g generator) fact(kind string) decision.Fact {
	f := decision.Fact{Kind: kind, Source: g.pick(decision.Sources...), ValidFrom: decision.Day(g.pick(days[:8]...))}
	if g.IntN(6) == 0 {
		f.ValidTo = decision.Day(g.pick(days...))
	}
	schema := g.schemas[kind]
	body, _ := g.value(schema).(map[string]any)
	if key, ok := schema["x-key"].(map[string]any); ok {
		f.Key = g.matching(key["pattern"].(string))
		for _, repeats := range []string{"equals", "begins"} {
			if field, ok := key[repeats].(string); ok && body[field] != nil {
				f.Key = body[field].(string)
			}
		}
	}
	if g.IntN(20) > 0 {
		raw, _ := json.Marshal(body)
		f.Body, _ = decision.Canonical(raw)
	}
	return f
}

// value makes up a value of a schema, as far as the schemas of facts go.
func (g generator) value(schema map[string]any) any {
	if enum, ok := schema["enum"].([]any); ok {
		return enum[g.IntN(len(enum))]
	}
	switch schema["type"] {
	case "object":
		object := make(map[string]any)
		required, _ := schema["required"].([]any)
		properties, _ := schema["properties"].(map[string]any)
		names := make([]string, 0, len(properties))
		for name := range properties {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if slices.Contains(required, any(name)) || g.IntN(3) > 0 {
				object[name] = g.value(properties[name].(map[string]any))
			}
		}
		return object
	case "array":
		list := make([]any, g.IntN(4))
		for i := range list {
			list[i] = g.value(schema["items"].(map[string]any))
		}
		return list
	case "number":
		return json.Number(g.pick("0", "6", "24", "24.1", "1000"))
	case "boolean":
		return g.IntN(2) == 0
	case "integer":
		return json.Number(g.pick("0", "1", "2500000", "29999999", "30000000", "30000001", "1000000000000000"))
	}
	if schema["format"] == "date" {
		return g.pick(days...)
	}
	pattern, _ := schema["pattern"].(string)
	return g.matching(pattern)
}

func (g generator) matching(pattern string) string {
	re := regexp.MustCompile(pattern)
	for range 200 {
		if text := g.pick(texts...); re.MatchString(text) {
			return text
		}
	}
	return texts[0]
}
