package main

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"assay"
	"assay/server/policy"
)

// policiesFlag lets a command take its policies from folders.
func policiesFlag(flags *pflag.FlagSet, folders *[]string) {
	flags.StringArrayVar(folders, "policies", nil,
		"`folder` of policies (default ./policies if it exists, else the built-in ones); repeated, later folders win file by file")
}

// openLibrary finds the policies: the folders that were named, else ./policies, else
// those in the binary. dirs are the folders to watch, none for the binary's.
func openLibrary(folders []string, archive policy.Archive, logger *slog.Logger) (library *policy.Library, dirs []string, err error) {
	name, layers, dirs, err := findPolicies(folders)
	if err != nil {
		return nil, nil, err
	}
	return &policy.Library{
		Archive: archive, Now: time.Now, Logger: logger, Name: name, Layers: layers,
	}, dirs, nil
}

func findPolicies(folders []string) (name string, layers []fs.FS, dirs []string, err error) {
	if len(folders) == 0 {
		if info, err := os.Stat("policies"); err == nil && info.IsDir() {
			folders = []string{"policies"}
		}
	}
	if len(folders) == 0 {
		files, err := fs.Sub(assay.Policies, "policies")
		return "built in", []fs.FS{files}, nil, err
	}
	for _, folder := range folders {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return "", nil, nil, fmt.Errorf("--policies %s: not a folder", folder)
		}
		layers = append(layers, os.DirFS(folder))
	}
	return strings.Join(folders, " + "), layers, folders, nil
}
