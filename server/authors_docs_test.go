package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPageOnTestingRuns runs every command of docs/test-a-policy.md, in its order, on a
// copy of the policies that ship.
func TestPageOnTestingRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	policies := filepath.Join(dir, "policies")
	if err := os.CopyFS(policies, os.DirFS(shippedPolicies)); err != nil {
		t.Fatal(err)
	}
	page := markdown(t)["../docs/test-a-policy.md"]
	ran := 0
	for rest := page; ; {
		_, after, found := strings.Cut(rest, "```sh\n")
		if !found {
			break
		}
		block, after, _ := strings.Cut(after, "```")
		rest = after
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			command, ok := strings.CutPrefix(line, "go run ./server ")
			if !ok {
				t.Fatalf("%q is not a command of this program", line)
			}
			args := strings.Fields(strings.ReplaceAll(command, "report.xml", filepath.Join(dir, "report.xml")))
			if args[0] == "diff" {
				args[1], args[2] = policies, policies
			} else {
				args = append(args, "--policies", policies)
			}
			var out bytes.Buffer
			if err := run(t.Context(), args, noEnvironment, strings.NewReader(""), &out, &out); err != nil {
				t.Fatalf("%s: %v\n%s", line, err, &out)
			}
			ran++
		}
	}
	if ran < 8 {
		t.Errorf("only %d commands ran", ran)
	}
}

// TestPageOnTestingShowsTheBoundaries: the table and the probe on the page are the real ones.
func TestPageOnTestingShowsTheBoundaries(t *testing.T) {
	t.Parallel()
	page := markdown(t)["../docs/test-a-policy.md"]
	for name, block := range map[string]string{
		"boundaries.txt":  between(t, page, "```text\n", "```"),
		"boundaries.yaml": between(t, page, "```yaml\n", "```"),
	} {
		content, err := os.ReadFile(filepath.Join(shippedPolicies, "csp/direct_bill/enrollment/cases", name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), block) {
			t.Errorf("%s does not read as on the page", name)
		}
	}
}
