package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
	"assay/server/scaffold"
)

func newCheck() *cobra.Command {
	var folders []string
	var coverage float64
	var strict bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Hold a policy tree against everything that could keep it from serving",
		Long: `Check parses, compiles and type-checks the policies with OPA's strict rules and without
the built-ins whose results differ from one evaluation to the next; holds every
data.yaml against its contract; runs the Rego tests and the cases; and looks at
formatting, coverage and OPA's Wasm target.

Exit status: 0 in order, 1 not, 2 it could not be looked at.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			name, layers, _, err := findPolicies(folders)
			if err != nil {
				return err
			}
			tree, err := policy.ReadTree(layers...)
			if err != nil {
				return err
			}
			report, err := policy.Check(cmd.Context(), tree, renderCase, coverage)
			for _, warning := range report.Warnings {
				cmd.PrintErrln("warning:", warning.String())
			}
			if err != nil {
				cmd.PrintErrln(err)
				return errReported
			}
			for _, overdue := range report.Revision.Overdue(decision.DayOf(time.Now())) {
				cmd.PrintErrln("overdue:", overdue.String())
			}
			unfinished := unfinishedIn(report.Revision)
			for _, warning := range unfinished {
				cmd.PrintErrln("warning:", warning.String())
			}
			if strict && len(report.Warnings)+len(unfinished) > 0 {
				return errReported
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is in order: %d programs, %d requirements, %d tests, coverage %.0f %%, %d cases, %d KB of Wasm\nrevision %s\n",
				name, len(report.Revision.Programs()), countRequirements(report.Revision), report.Tests.Passed, report.Tests.Coverage, report.Cases, report.WasmBytes/1024, report.Revision.Digest())
			return nil
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &folders)
	flags.Float64Var(&coverage, "coverage", 100, "least `percentage` of the rules that tests must evaluate")
	flags.BoolVar(&strict, "strict", false, "fail on warnings too (not on reviews that are overdue: they depend on the day)")
	return cmd
}

// countRequirements counts each once, however many programs ask for it.
func countRequirements(revision decision.Revision) int {
	rules := make(map[string]bool)
	for _, p := range revision.Programs() {
		for _, r := range p.Requirements {
			rules[r.Rule.File] = true
		}
	}
	return len(rules)
}

// unfinishedIn names the requirements of programs that still say what assay new wrote in
// the place of what only their author knows.
func unfinishedIn(revision decision.Revision) []decision.PolicyProblem {
	var found []decision.PolicyProblem
	for _, p := range revision.Programs() {
		for _, r := range p.Requirements {
			if r.Ref != scaffold.Ref {
				continue
			}
			file := filepath.ToSlash(filepath.Join(filepath.Dir(r.Rule.File), "data.yaml"))
			lines := strings.Split(string(revision.Files()[file]), "\n")
			problem := decision.PolicyProblem{
				File: file, Line: 1 + slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "ref:") }),
				Message: fmt.Sprintf("ref is still %s, as assay new wrote it, though a program has the requirement: fill in ref, citation and titles", scaffold.Ref),
			}
			if !slices.Contains(found, problem) { // several programs can have it
				found = append(found, problem)
			}
		}
	}
	return found
}

// renderCase writes what a case's explanation.<language>.txt holds.
func renderCase(revision decision.Revision, language string, d decision.Decision) string {
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return err.Error() // Evaluate has parsed it before
	}
	return explain.New(language, revision.Texts()[language]).Report(programOf(revision, d.Program), d, result)
}

// programOf finds the program by name; one that decided is there.
func programOf(revision decision.Revision, name string) decision.Program {
	programs := revision.Programs()
	i := slices.IndexFunc(programs, func(p decision.Program) bool { return p.Name == name })
	return programs[i]
}

// reported prints what is wrong with a policy tree. Other errors go through.
func reported(cmd *cobra.Command, err error) error {
	var refused *decision.RefusedError
	if !errors.As(err, &refused) {
		return err
	}
	cmd.PrintErrln(refused)
	return errReported
}
