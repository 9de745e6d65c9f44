package demo_test

import (
	"os"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/demo"
	"assay/server/policy"
)

// TestPartnersStayInteresting: on any day, each made-up partner comes out as its
// story says.
func TestPartnersStayInteresting(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS("../../policies"))
	if err != nil {
		t.Fatal(err)
	}
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]decision.Outcome{
		"adria-cloud": decision.Eligible, "borealis-it": decision.Eligible, "cantieri-digitali": decision.NotEligible,
		"dolomiti-systems": decision.NeedsReview, "etna-services": decision.Incomplete, "falco-reti": decision.NotEligible,
		"giulia-networks": decision.NeedsReview, "habitat-digitale": decision.Incomplete,
		"iride-consulting": decision.NotEligible, "lumen-servizi": decision.NotEligible,
		"monviso-servizi": "compliant", "navigli-cloud": "non_compliant", "ortigia-it": "in_progress",
	}
	for _, day := range []string{
		"2026-11-22", "2026-12-01", "2026-12-07", "2026-12-08", "2026-12-31", "2027-01-01", "2027-02-28", "2027-03-01",
		"2027-03-31", "2027-05-31", "2027-08-15", "2028-02-28", "2028-03-01", "2028-07-07",
	} {
		today, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		partners := demo.Partners(today)
		if len(partners) != len(want) {
			t.Fatalf("%d partners, want %d", len(partners), len(want))
		}
		for _, p := range partners {
			d := decision.Decision{Program: p.Program, AsOf: decision.Day(day)}
			d, err := decision.Evaluate(t.Context(), revision, d, nil, p.Facts)
			if err != nil {
				t.Fatal(err)
			}
			result, err := decision.ParseResult(d.Result)
			if err != nil {
				t.Fatal(err)
			}
			if result.Outcome != want[p.ID] {
				t.Errorf("%s on %s is %s, want %s (%s)", p.ID, day, result.Outcome, want[p.ID], p.Story)
				for _, f := range result.Findings {
					if f.Due && f.Status != decision.Met {
						t.Logf("  %s %s %s", f.ID, f.Status, f.Reason)
					}
				}
			}
		}
	}
}
