package policy_test

import (
	"os"
	"testing"
	"time"

	"assay/server/policy"
)

const shipped = "../../policies"

func TestShippedPoliciesLoadAndTheirTestsPass(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("load", time.Since(start))
	start = time.Now()
	report, err := revision.Test(t.Context(), true)
	t.Log("test", time.Since(start))
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range report.Uncovered {
		t.Errorf("%s: no test covers this", place)
	}
	t.Logf("%d tests, coverage %.1f %%", report.Passed, report.Coverage)
}
