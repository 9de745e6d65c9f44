package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/policy"
)

// folderToUpdate is the last folder of policies; dirs are those that are no bundles.
func folderToUpdate(folders, dirs []string) (string, error) {
	if len(dirs) == 0 || len(folders) > 0 && folders[len(folders)-1] != dirs[len(dirs)-1] {
		return "", errors.New("--update needs a folder of policies, and a bundle is none")
	}
	return dirs[len(dirs)-1], nil
}

// updateCases writes what the picked cases expect anew where something else comes out,
// and names the files. A case that cannot be read or decided stays as it is.
func updateCases(cmd *cobra.Command, options testOptions) error {
	revision, err := loadToCheck(cmd, options.folders)
	if err != nil {
		return err
	}
	_, _, dirs, err := findPolicies(options.folders)
	if err != nil {
		return err
	}
	dir, err := folderToUpdate(options.folders, dirs)
	if err != nil {
		return err
	}
	picks := regexp.MustCompile(options.run).MatchString
	var failed []decision.PolicyProblem
	cases, err := revision.Cases()
	if err != nil {
		var unreadable *decision.RefusedError
		if !errors.As(err, &unreadable) {
			return err
		}
		failed = unreadable.Problems
	}
	failed = slices.DeleteFunc(failed, func(p decision.PolicyProblem) bool { return !picks(p.File) && filepath.Ext(p.File) == ".txtar" })
	cases = slices.DeleteFunc(cases, func(c policy.Case) bool { return !picks(c.File) })
	if len(cases)+len(failed) == 0 {
		return errors.New("there is no such case")
	}
	for _, c := range cases {
		file, err := updateCase(cmd.Context(), revision, c, dir)
		if err != nil {
			failed = append(failed, decision.PolicyProblem{File: c.File, Line: 1, Message: err.Error()})
		} else if file != "" {
			fmt.Fprintln(cmd.OutOrStdout(), file)
		}
	}
	for _, p := range failed {
		fmt.Fprintln(cmd.OutOrStdout(), p)
	}
	if len(failed) > 0 {
		return errReported
	}
	return nil
}

// updateCase returns the file that it wrote; "" if the case holds as it is.
func updateCase(ctx context.Context, revision *policy.Revision, c policy.Case, dir string) (string, error) {
	content, err := revision.Rewrite(ctx, c, renderCase)
	if err != nil {
		return "", err
	}
	if string(content) == string(revision.Files()[c.File]) {
		return "", nil
	}
	// The cases of a folder below must hold without the ones above it.
	file := filepath.Join(dir, filepath.FromSlash(c.File))
	info, err := os.Stat(file)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("comes out otherwise, but does not lie in %s; copy it there to change what it expects", dir)
	} else if err != nil {
		return "", err
	}
	return file, os.WriteFile(file, content, info.Mode().Perm())
}
