package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assay/server/policy"
)

func newFmt() *cobra.Command {
	var folders []string
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt",
		Short: "Format the Rego files of a policy tree",
		Long: `Fmt formats every Rego file as opa fmt -w does and names the files that it changed.

Exit status: 0 formatted; 1 a file does not parse or, with --check, is not formatted;
2 the files could not be read or written.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, _, dirs, err := findPolicies(folders)
			if err != nil {
				return err
			}
			if len(dirs) == 0 {
				return errors.New("there is no folder of policies here; name one with --policies")
			}
			inOrder := true
			for _, dir := range dirs {
				ok, err := formatFolder(cmd, dir, check)
				if err != nil {
					return err
				}
				inOrder = inOrder && ok
			}
			if !inOrder {
				return errReported
			}
			return nil
		},
	}
	policiesFlag(cmd.Flags(), &folders)
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; fail if a file is not formatted")
	return cmd
}

// formatFolder tells whether all is in order: every file parses and, if nothing is to be
// changed, is formatted.
func formatFolder(cmd *cobra.Command, dir string, check bool) (inOrder bool, err error) {
	inOrder = true
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != dir && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".rego":
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		formatted, err := policy.Format(name, content)
		if err != nil {
			inOrder = false
			if err = reported(cmd, err); errors.Is(err, errReported) {
				return nil // the others can be formatted all the same
			}
			return err
		}
		if bytes.Equal(formatted, content) {
			return nil
		}
		fmt.Fprintln(cmd.OutOrStdout(), name)
		if check {
			inOrder = false
			return nil
		}
		return os.WriteFile(name, formatted, 0o644)
	})
	return inOrder, err
}
