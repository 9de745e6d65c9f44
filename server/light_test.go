package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lightPolicies are the shipped policies with the Rego tests and the cases of few of their
// folders. The gate runs the tests of a tree each time a server starts or a file is
// saved, and what the server does with a tree does not depend on how many there are:
// with all of them, they would be most of the time that the tests of the server take.
var lightPolicies string

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	dir, err := os.MkdirTemp("", "assay-light-*")
	if err == nil {
		lightPolicies = dir
		err = copyLight(dir, os.DirFS(shippedPolicies))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

func copyLight(dir string, shipped fs.FS) error {
	return fs.WalkDir(shipped, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isLight(name) {
			return err
		}
		content, err := fs.ReadFile(shipped, name)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

func isLight(name string) bool {
	base := filepath.Base(name)
	switch {
	case strings.HasSuffix(base, "_test.rego"):
		return base == "infrastructure_test.rego" || base == "calendar_test.rego"
	case strings.HasSuffix(base, ".txtar"):
		return strings.HasPrefix(base, "01-") || strings.HasPrefix(base, "02-") || strings.HasPrefix(base, "34-")
	}
	return true
}
