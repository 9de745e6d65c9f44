package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"assay"
	"assay/server/decision"
	"assay/server/policy"
)

// policiesFlag lets a command take its policies from folders.
func policiesFlag(flags *pflag.FlagSet, folders *[]string) {
	flags.StringArrayVar(folders, "policies", nil,
		"`folder` of policies, or bundle (.tar.gz), default ./policies if it exists, else the built-in ones; repeated, later ones win file by file")
}

// openLibrary finds the policies: what was named, else ./policies, else those in the
// binary. dirs are the folders to watch; bundles and the binary do not change.
func openLibrary(folders []string, archive policy.Archive, logger *slog.Logger) (library *policy.Library, dirs []string, err error) {
	name, layers, dirs, err := findPolicies(folders)
	if err != nil {
		return nil, nil, err
	}
	return &policy.Library{
		Archive: archive, Now: time.Now, Logger: logger, Name: name, Layers: layers,
		Origin: func(ctx context.Context) decision.Origin { return originOf(ctx, dirs) },
	}, dirs, nil
}

// findPolicies opens what --policies names, or what is used without it.
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
	layers, dirs, err = openLayers("--policies", folders)
	return strings.Join(folders, " + "), layers, dirs, err
}

// openLayers opens what the flag names; dirs are those that are folders.
func openLayers(flag string, names []string) (layers []fs.FS, dirs []string, err error) {
	for _, name := range names {
		layer, isFolder, err := openLayer(name)
		if err != nil {
			return nil, nil, fmt.Errorf("%s %s: %w", flag, name, err)
		}
		layers = append(layers, layer)
		if isFolder {
			dirs = append(dirs, name)
		}
	}
	return layers, dirs, nil
}

// openLayer opens a folder, or a bundle, which is read once: a file that is replaced
// while it is read would be half of each.
func openLayer(name string) (layer fs.FS, isFolder bool, err error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, errors.New("is not there; want a folder or a bundle (.tar.gz)")
	case err != nil:
		return nil, false, err
	case !info.IsDir() && !strings.HasSuffix(name, ".tar.gz"):
		return nil, false, errors.New("neither a folder nor a bundle (.tar.gz)")
	case info.IsDir():
		return os.DirFS(name), true, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	tree, err := policy.ReadBundle(file)
	if err != nil {
		return nil, false, err
	}
	layer, err = tree.FS()
	return layer, false, err
}
