package main

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"assay"
	"assay/server/policy"
)

// openLibrary finds the policies: the folder that was named, else ./policies, else
// those in the binary. dir is the folder to watch, "" for the binary's.
func openLibrary(folder string, archive policy.Archive, logger *slog.Logger) (library *policy.Library, dir string, err error) {
	name, files, dir, err := findPolicies(folder)
	if err != nil {
		return nil, "", err
	}
	return &policy.Library{
		Archive: archive, Now: time.Now, Logger: logger, Name: name, FS: files,
	}, dir, nil
}

func findPolicies(folder string) (name string, files fs.FS, dir string, err error) {
	if folder == "" {
		if info, err := os.Stat("policies"); err == nil && info.IsDir() {
			folder = "policies"
		}
	}
	if folder == "" {
		files, err := fs.Sub(assay.Policies, "policies")
		return "built in", files, "", err
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return "", nil, "", fmt.Errorf("--policies %s: not a folder", folder)
	}
	return folder, os.DirFS(folder), folder, nil
}
