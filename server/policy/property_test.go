package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/server/decision"
	"assay/server/policy"
)

// TestAnyFactsGiveADecision makes up facts from the schemas of their kinds, odd but
// valid ones included, and holds every decision against what must always be true.
func TestAnyFactsGiveADecision(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	const seed = 20261122
	g := generator{rand.New(rand.NewPCG(seed, 0)), factSchemas(t, tree)}
	outcomes := make(map[decision.Outcome]int)
	for round := range 150 {
		facts := g.facts(revision)
		asOf := decision.Day(g.pick(days...))
		d := decision.Decision{Program: "csp.direct_bill.enrollment", AsOf: asOf}
		first, err := decision.Evaluate(t.Context(), revision, d, nil, facts)
		if err != nil {
			t.Fatalf("round %d as of %s: %v\n%s", round, asOf, err, show(facts))
		}
		result, err := decision.ParseResult(first.Result)
		if err != nil {
			t.Fatal(err)
		}
		outcomes[result.Outcome]++
		if want := fold(result.Findings); result.Rollup != want {
			t.Fatalf("round %d: the roll-up is %s, the findings give %s\n%s", round, result.Rollup, want, first.Result)
		}
		for _, f := range result.Findings {
			if f.Status == decision.Met && len(f.Missing) > 0 {
				t.Errorf("round %d: %s is met and asks for %v", round, f.ID, f.Missing)
			}
			if f.Reason == "" {
				t.Errorf("round %d: %s has no reason", round, f.ID)
			}
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
	}
	t.Log(outcomes)
	if len(outcomes) < 3 {
		t.Errorf("the facts made up are too much alike: %v", outcomes)
	}
}

// fold rolls up as the design says, in words of its own. What Microsoft decided
// overrides the roll-up and is no part of it.
func fold(findings []decision.Finding) decision.Outcome {
	worst := decision.Incomplete
	seen := make(map[decision.Status]bool)
	for _, f := range findings {
		decided := f.ID == "microsoft_decision" && (f.Status == decision.Met || f.Status == decision.NotMet)
		if f.Due && !decided {
			seen[f.Status] = true
		}
	}
	switch {
	case seen[decision.NotMet]:
		worst = decision.NotEligible
	case seen[decision.Review]:
		worst = decision.NeedsReview
	case seen[decision.Met] && !seen[decision.Unknown]:
		worst = decision.Eligible
	}
	return worst
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
	"2024-07-01", "2025-02-28", "2025-03-01", "2026-12-31", "2999-01-01",
}

// texts are tried against the pattern of a schema until one fits.
var texts = []string{
	"2024-05", "2024-04", "2023-06", "2024-06", "2024-06-15", "2023-06-15", "2024-06-08", "IT", "DE", "US", "ZZ", "EUR",
	"Anna Rossi", "A-1", "2024-05:usage", "licence resale", "ünïcødé 漢字 \u202e", "europe",
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
		if equals, ok := key["equals"].(string); ok && body[equals] != nil {
			f.Key = body[equals].(string)
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
