package policy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/server/policy"
)

const (
	shipped = "../../policies"
	// overlay is the folder of the rules of October 2025, laid over the shipped one.
	overlay = "../../overlays/fy26"
)

// TestShippedPolicies holds what ships, alone and under the overlay, against everything:
// strict compile, types, contracts, Rego tests that cover every rule, formatting, OPA's
// Wasm target. The sentences of the cases are compared in package main, which can
// render them.
func TestShippedPolicies(t *testing.T) {
	t.Parallel()
	for name, folders := range map[string][]string{"shipped": {shipped}, "fy26": {shipped, overlay}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := policy.Check(t.Context(), readTree(t, folders...), nil, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, warning := range report.Warnings {
				t.Error(warning)
			}
			if report.Tests.Passed == 0 || report.Cases == 0 || report.WasmBytes == 0 {
				t.Errorf("nothing was checked: %+v", report)
			}
		})
	}
}

// TestOverlayOnlyAdds: a file of the overlay that replaces a shipped one has all its
// lines, in order, so that a correction of the shipped one cannot be forgotten.
func TestOverlayOnlyAdds(t *testing.T) {
	t.Parallel()
	below, above := readTree(t, shipped), readTree(t, overlay)
	replaced := 0
	for _, name := range above.Paths() {
		before, ok := below[name]
		if !ok {
			continue
		}
		replaced++
		rest := strings.Split(string(above[name]), "\n")
		for i, line := range strings.Split(string(before), "\n") {
			at := slices.Index(rest, line)
			if at < 0 {
				t.Errorf("%s: line %d of the shipped file is missing, or stands elsewhere: %s", name, i+1, line)
				break
			}
			rest = rest[at+1:]
		}
	}
	if replaced == 0 {
		t.Error("nothing is replaced, so nothing was compared")
	}
}

// A file of a later folder replaces that of the same path; all others are there; the
// digest is that of the result.
func TestLayers(t *testing.T) {
	t.Parallel()
	folder := func(files map[string]string) string {
		dir := t.TempDir()
		for name, content := range files {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	first := folder(map[string]string{"a/a.rego": "1", "a/data.yaml": "1", "b.rego": "1"})
	second := folder(map[string]string{"a/data.yaml": "2", "c/c.rego": "2", "README.md": "2"})
	third := folder(map[string]string{"c/c.rego": "3"})
	got := readTree(t, first, second, third)
	want := policy.Tree{"a/a.rego": []byte("1"), "a/data.yaml": []byte("2"), "b.rego": []byte("1"), "c/c.rego": []byte("3")}
	if got.Digest() != want.Digest() || !bytes.Equal(got["c/c.rego"], want["c/c.rego"]) {
		t.Errorf("got %s", got)
	}
	if readTree(t, second, first, third).Digest() == want.Digest() {
		t.Error("the order of the folders does not matter")
	}
}
