package policy

import (
	"encoding/json"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/decision"
	"assay/server/schema"
)

// settles is the key under custom in the METADATA of a rule that chooses between records
// which say different things: it names what the rule settles.
const settles = "settles"

// FactRules implements decision.Revision. The rules are found by their METADATA, and the
// ranks of sources are the data named ranks of the package of the one that ranks.
func (r *Revision) FactRules() decision.FactRules { return r.factRules }

func (r *Revision) loadFactRules(found *problems) decision.FactRules {
	rules := decision.FactRules{Ranks: make(map[string]int), Places: make(map[string]decision.Location)}
	for _, entry := range r.compiler.GetAnnotationSet().Flatten() {
		if entry.Annotations == nil {
			continue
		}
		what, _ := entry.Annotations.Custom[settles].(string)
		if what == "" {
			continue
		}
		at := decision.Location{File: entry.Location.File, Line: entry.Location.Row}
		rules.Places[what] = at
		switch what {
		case decision.RankOfSources:
			if r.readRanks(entry.Path, rules.Ranks); len(rules.Ranks) == 0 {
				found.add(at.File, at.Line, "custom.settles: %s needs the ranks of the sources, as data named ranks of the package", what)
			}
		case decision.EqualRank:
		default:
			known := []string{decision.RankOfSources, decision.EqualRank}
			found.add(at.File, at.Line, "custom.settles: nothing is known as %q%s", what, schema.Suggest(what, known))
		}
	}
	return rules
}

// readRanks reads data.<package of the rule>.ranks.
func (r *Revision) readRanks(rule ast.Ref, into map[string]int) {
	place := any(r.data)
	for _, part := range strings.Split(strings.TrimPrefix(rule[:len(rule)-1].String(), "data."), ".") {
		below, _ := place.(map[string]any)
		place = below[part]
	}
	below, _ := place.(map[string]any)
	ranks, _ := below["ranks"].(map[string]any)
	for source, rank := range ranks {
		if number, ok := rank.(json.Number); ok {
			if n, err := number.Int64(); err == nil {
				into[source] = int(n)
			}
		}
	}
}

// shownPlaces are the rules of the package that show values, by the name of the value.
func (r *Revision) shownPlaces(pkg string) map[string][]decision.Location {
	places := make(map[string][]decision.Location)
	for _, name := range r.tree.with(".rego") {
		module := r.compiler.Modules[name]
		if module == nil || packageName(module) != pkg {
			continue
		}
		for _, rule := range module.Rules {
			ref := rule.Head.Ref()
			if len(ref) < 2 || ref[0].Value.Compare(ast.Var("shown")) != 0 {
				continue
			}
			if value, ok := ref[1].Value.(ast.String); ok {
				at := decision.Location{File: rule.Location.File, Line: rule.Location.Row}
				places[string(value)] = append(places[string(value)], at)
			}
		}
	}
	return places
}
