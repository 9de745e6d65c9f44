package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"assay/server/policy"
)

const (
	shippedPolicies = "../policies"
	fy26Policies    = "../overlays/fy26"
)

// trees are the policy trees that ship, as the folders they are laid from.
var trees = map[string][]string{
	"shipped": {shippedPolicies},
	"fy26":    {shippedPolicies, "../overlays/fy26"},
}

// TestCases decides every case of the policies that ship. UPDATE=1 writes the
// explanations anew; statuses and outcomes are written by hand only.
func TestCases(t *testing.T) {
	t.Parallel()
	for name, folders := range trees {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCases(t, folders)
		})
	}
}

func checkCases(t *testing.T, folders []string) {
	t.Helper()
	revision, err := loadPolicies(t.Context(), folders)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := revision.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		name := filepath.Join(folders[len(folders)-1], c.File)
		if _, err := os.Stat(name); err != nil {
			continue // belongs to a folder below, and is decided there
		}
		t.Run(strings.TrimSuffix(filepath.Base(c.File), ".txtar"), func(t *testing.T) {
			t.Parallel()
			if os.Getenv("UPDATE") != "" {
				update(t, revision, name, &c)
			}
			wrong, err := revision.Run(t.Context(), c, renderCase)
			if err != nil {
				t.Fatal(err)
			}
			for _, what := range wrong {
				t.Errorf("%s: %s", name, what)
			}
		})
	}
}

func update(t *testing.T, revision *policy.Revision, name string, c *policy.Case) {
	t.Helper()
	d, err := revision.DecideCase(t.Context(), *c)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "explanation.") })
	for _, language := range []string{"en", "it"} {
		c.Explanations[language] = renderCase(revision, language, d)
		archive.Files = append(archive.Files, txtar.File{Name: "explanation." + language + ".txt", Data: []byte(c.Explanations[language])})
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
