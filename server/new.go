package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/policy"
	"assay/server/scaffold"
)

func newNew() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Write the first files of a requirement or of a kind of fact",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRequirement(), newKind())
	return cmd
}

func newRequirement() *cobra.Command {
	var folders []string
	var kind, field, since string
	cmd := &cobra.Command{
		Use:   "requirement NAME",
		Short: "Write a requirement that passes the gate as it is",
		Long: `New requirement writes the rule, its tests and its data: a number that partners report
must reach a dated minimum. That is rarely what the rule says, but it is whole, with
sentences, tests and types, so that there is something right to change. It is not part of
any program yet.

NAME is a name, if the tree has one folder named requirements, or the whole path, such as
csp/direct_bill/requirements/insurance. The number is carried by a fact: of a new kind
named as the requirement, or of the --kind given, which is made if there is none.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			revision, dir, err := loadToExtend(cmd, folders)
			if err != nil {
				return err
			}
			r := scaffold.Requirement{Kind: kind, Field: field, Since: since, Languages: slices.Sorted(maps.Keys(revision.Texts()))}
			if r.Folder, err = scaffold.Folder(slices.Sorted(maps.Keys(revision.Files())), args[0]); err != nil {
				return err
			}
			if r.Kind == "" {
				r.Kind = r.Name()
			}
			if r.Since == "" {
				r.Since = string(decision.DayOf(time.Now().UTC()))
			}
			if _, err := decision.ParseDay(r.Since); err != nil {
				return fmt.Errorf("--since: %w", err)
			}
			var files []scaffold.File
			if known := kindOf(revision, r.Kind); known != nil {
				r.Field, err = scaffold.WholeNumber(known.Schema, r.Field)
			} else {
				var schema scaffold.File
				schema, err = scaffold.Kind(r.Kind)
				files, r.Field = append(files, schema), scaffold.Field
			}
			if err != nil {
				return err
			}
			own, err := r.Files()
			if err != nil {
				return err
			}
			if err := writeNew(cmd, dir, append(files, own...)); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), `
It passes the gate as it is. What to edit next, with assay check in between:
  1. data.yaml: ref, citation, the value with its unit and history, the sentences
  2. %[1]s_test.rego: what the rule shall say
  3. %[1]s.rego: until the tests pass; assay test --mutate --only %[2]s
  4. then name it %[1]s among the requirements of a program, and tell a story of it in cases/
`, r.Name(), r.Folder)
			return nil
		},
	}
	policiesFlag(cmd.Flags(), &folders)
	cmd.Flags().StringVar(&kind, "kind", "", "`kind` of fact that carries the number")
	cmd.Flags().StringVar(&field, "field", "", "`field` of an existing kind, a whole number (default: its only one)")
	cmd.Flags().StringVar(&since, "since", "", "first `day` of the minimum (default today, UTC)")
	return cmd
}

func newKind() *cobra.Command {
	var folders []string
	cmd := &cobra.Command{
		Use:   "kind NAME",
		Short: "Write the schema of a kind of fact",
		Args:  exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, dir, err := loadToExtend(cmd, folders)
			if err != nil {
				return err
			}
			file, err := scaffold.Kind(args[0])
			if err != nil {
				return err
			}
			if err := writeNew(cmd, dir, []scaffold.File{file}); err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), `
What to edit next: titles and description, the fields, and x-key if there can be several
of the kind at a time. Facts of the kind can be recorded as soon as it is saved.
`)
			return nil
		},
	}
	policiesFlag(cmd.Flags(), &folders)
	return cmd
}

// loadToExtend loads the policies; dir is the last folder of them, which is written to.
func loadToExtend(cmd *cobra.Command, folders []string) (revision *policy.Revision, dir string, err error) {
	_, _, dirs, err := findPolicies(folders)
	if err != nil {
		return nil, "", err
	}
	if len(dirs) == 0 {
		return nil, "", errors.New("there is no folder of policies here; name one with --policies")
	}
	revision, err = loadToCheck(cmd, folders)
	return revision, dirs[len(dirs)-1], err
}

func kindOf(revision *policy.Revision, name string) *decision.Kind {
	for _, k := range revision.Kinds() {
		if k.Name == name {
			return &k
		}
	}
	return nil
}

// writeNew writes files that must not be there yet.
func writeNew(cmd *cobra.Command, dir string, files []scaffold.File) error {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.Join(dir, filepath.FromSlash(file.Path))
		if _, err := os.Stat(names[i]); err == nil {
			return fmt.Errorf("%s: is there already", names[i])
		}
	}
	for i, file := range files {
		if err := os.MkdirAll(filepath.Dir(names[i]), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(names[i], file.Content, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), names[i])
	}
	return nil
}
