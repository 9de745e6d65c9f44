package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
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
			if strict && len(report.Warnings) > 0 {
				return errReported
			}
			requirements := 0
			for _, p := range report.Revision.Programs() {
				requirements += len(p.Requirements)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is in order: %d programs, %d requirements, %d tests, coverage %.0f %%, %d cases, %d KB of Wasm\nrevision %s\n",
				name, len(report.Revision.Programs()), requirements, report.Tests.Passed, report.Tests.Coverage, report.Cases, report.WasmBytes/1024, report.Revision.Digest())
			return nil
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &folders)
	flags.Float64Var(&coverage, "coverage", 100, "least `percentage` of the rules that tests must evaluate")
	flags.BoolVar(&strict, "strict", false, "fail on warnings too (not on reviews that are overdue: they depend on the day)")
	return cmd
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
