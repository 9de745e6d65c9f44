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

const shippedPolicies = "../policies"

// TestCases decides every case of the shipped policies. UPDATE=1 writes the
// explanations anew; statuses and outcomes are written by hand only.
func TestCases(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS(shippedPolicies))
	if err != nil {
		t.Fatal(err)
	}
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := revision.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(c.File), ".txtar"), func(t *testing.T) {
			t.Parallel()
			if os.Getenv("UPDATE") != "" {
				update(t, revision, &c)
			}
			wrong, err := revision.Run(t.Context(), c, renderCase)
			if err != nil {
				t.Fatal(err)
			}
			for _, what := range wrong {
				t.Errorf("%s: %s", c.File, what)
			}
		})
	}
}

func update(t *testing.T, revision *policy.Revision, c *policy.Case) {
	t.Helper()
	result, err := revision.DecideCase(t.Context(), *c)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(shippedPolicies, c.File)
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "explanation.") })
	for _, language := range []string{"en", "it"} {
		c.Explanations[language] = renderCase(revision, c.Program, language, c.Request.AsOf, result)
		archive.Files = append(archive.Files, txtar.File{Name: "explanation." + language + ".txt", Data: []byte(c.Explanations[language])})
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
