package policy

import (
	"context"
	"maps"
	"slices"

	"assay/server/decision"
	"assay/server/schema"
)

const (
	budgetsFile     = "budgets/data.yaml"
	budgetsContract = contractFolder + "budgets.json"
)

// budgetsData is budgets/data.yaml, decoded.
type budgetsData struct {
	Programs map[string]struct {
		Good             []decision.Outcome `json:"good"`
		NewlyNotEligible *int               `json:"max_newly_not_eligible"`
		NewlyUnknown     *int               `json:"max_newly_unknown"`
		Turned           *int               `json:"max_turned"`
	} `json:"programs"`
}

// Budgets are how much a change of this tree may turn, by program; none if the tree
// sets none.
func (r *Revision) Budgets() (map[string]decision.Budget, error) {
	d, ok := r.documents[budgetsFile]
	if !ok {
		return nil, nil
	}
	var data budgetsData
	if err := d.decode(&data); err != nil {
		var found problems
		found.add(budgetsFile, 1, "%v", err)
		return nil, found.err()
	}
	budgets := make(map[string]decision.Budget)
	for name, b := range data.Programs {
		budgets[name] = decision.Budget{Good: b.Good, NewlyNotEligible: b.NewlyNotEligible, NewlyUnknown: b.NewlyUnknown, Turned: b.Turned}
	}
	return budgets, nil
}

// checkBudgets: a budget of a program or an outcome that does not exist bounds nothing,
// and nobody would notice.
func (r *Revision) checkBudgets(_ context.Context, found *problems) {
	d, ok := r.documents[budgetsFile]
	if !ok {
		return
	}
	if _, ok := r.tree[budgetsContract]; !ok {
		found.add(budgetsContract, 0, "the contract of %s is missing; without it nothing would be checked", budgetsFile)
		return
	}
	budgets, err := r.Budgets()
	if err != nil {
		found.add(budgetsFile, 1, "%v", err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(budgets)) {
		at := []string{"programs", name}
		if r.programs[name] == nil {
			found.add(budgetsFile, d.line(at), "programs: there is no program %q%s", name, schema.Suggest(name, slices.Sorted(maps.Keys(r.programs))))
			continue
		}
		known := slices.Sorted(maps.Keys(r.texts["en"].Programs[name].Outcomes))
		for i, outcome := range budgets[name].Good {
			if len(known) > 0 && !slices.Contains(known, string(outcome)) {
				found.add(budgetsFile, d.line(append(at, "good", itoa(i))), "programs.%s.good: there is no outcome %q%s", name, outcome, schema.Suggest(string(outcome), known))
			}
		}
	}
}
