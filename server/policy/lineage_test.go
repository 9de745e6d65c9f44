package policy_test

import (
	"maps"
	"strings"
	"testing"

	"assay/server/decision"
	"assay/server/policy"
)

// Every place that lineage names is where what it says stands.
func TestPlacesOfLineage(t *testing.T) {
	t.Parallel()
	tree := shippedTree(t)
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	line := func(at decision.Location) string {
		lines := strings.Split(string(tree[at.File]), "\n")
		if at.Line < 1 || at.Line > len(lines) {
			t.Fatalf("there is no %v", at)
		}
		return lines[at.Line-1]
	}
	rules := revision.FactRules()
	if want := map[string]int{"microsoft": 1, "assessor": 2, "registry": 3, "partner": 4}; !maps.Equal(rules.Ranks, want) {
		t.Errorf("ranks %v", rules.Ranks)
	}
	for what, begins := range map[string]string{decision.RankOfSources: "leads(", decision.EqualRank: "disputed("} {
		if got := line(rules.Places[what]); !strings.HasPrefix(got, begins) {
			t.Errorf("%s at %v: %s", what, rules.Places[what], got)
		}
	}
	shown, dated := 0, 0
	for _, p := range revision.Programs() {
		for _, r := range p.Requirements {
			for name, places := range r.Shown {
				for _, at := range places {
					shown++
					if got := line(at); !strings.HasPrefix(got, `shown["`+name+`"]`) && !strings.HasPrefix(got, "shown."+name) {
						t.Errorf("%s of %s at %v: %s", name, r.ID, at, got)
					}
				}
			}
			for _, v := range r.Values {
				for _, e := range v.Entries {
					dated++
					if got := line(e.Place); !strings.Contains(got, "value:") {
						t.Errorf("%s of %s since %s at %v: %s", v.Name, r.ID, e.Since, e.Place, got)
					}
				}
			}
		}
	}
	if shown < 100 || dated < 30 {
		t.Errorf("%d values shown, %d dated ones", shown, dated)
	}
}
