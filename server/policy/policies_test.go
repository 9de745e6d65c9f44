package policy_test

import (
	"os"
	"testing"

	"assay/server/policy"
)

const shipped = "../../policies"

func TestShippedPoliciesLoadAndTheirTestsPass(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	report, err := revision.Test(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range report.Uncovered {
		t.Errorf("%s: no test covers this", place)
	}
	t.Logf("%d tests, coverage %.1f %%", report.Passed, report.Coverage)
}
