package policy_test

import (
	"strings"
	"testing"

	"assay/server/policy"
)

const stewardFile = "csp/direct_bill/direct_bill.rego"

// Who answers for a package is said there or around it, and reviews become overdue on
// the day after the one named.
func TestStewardship(t *testing.T) {
	t.Parallel()
	tree := readTree(t, shipped)
	replace(stewardFile, `review_on: "2027-05-22"`, `review_on: "2030-01-31"`)(t, tree)
	replace(revenueRego, "# title: CSP revenue", "# custom:\n#   owner: the revenue team\n#   review_on: \"2029-12-31\"\n# title: CSP revenue")(t, tree)
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range revision.Programs() {
		if p.Stewardship.Owner == "" || p.Stewardship.ReviewOn != "2030-01-31" || p.Stewardship.ConfirmedOn == "" || len(p.Stewardship.Authors) == 0 {
			t.Errorf("%s: %+v", p.Name, p.Stewardship)
		}
		for _, r := range p.Requirements {
			if r.ID == "revenue" && r.Stewardship.Owner != "the revenue team" {
				t.Errorf("%+v", r.Stewardship)
			}
		}
	}
	if overdue := revision.Overdue("2029-12-31"); len(overdue) != 0 {
		t.Errorf("on its day: %v", overdue)
	}
	overdue := revision.Overdue("2030-01-01")
	if len(overdue) != 1 || overdue[0].File != revenueRego || !strings.Contains(overdue[0].Message, "2029-12-31 by the revenue team; last done never") {
		t.Errorf("got %v", overdue)
	}
	if all := revision.Overdue("2030-02-01"); len(all) < 30 {
		t.Errorf("only %d are overdue", len(all))
	}
}
