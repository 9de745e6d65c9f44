package policy_test

import (
	"os"
	"testing"

	"assay/server/policy"
)

const shipped = "../../policies"

// TestShippedPolicies holds the shipped tree against everything: strict compile, types,
// contracts, Rego tests that cover every rule, formatting, OPA's Wasm target. The
// sentences of its cases are compared in package main, which can render them.
func TestShippedPolicies(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	report, warnings, err := policy.Check(t.Context(), tree, nil, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range warnings {
		t.Error(warning)
	}
	if report.Tests.Passed == 0 || report.Cases == 0 || report.WasmBytes == 0 {
		t.Errorf("nothing was checked: %+v", report)
	}
}
