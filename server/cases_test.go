package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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

// TestCases decides every case of the policies that ship.
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
