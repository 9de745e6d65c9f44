package main

import (
	"errors"
	"fmt"
	"io"
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
	var strict, asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Hold a policy tree against everything that could keep it from serving",
		Long: `Check parses, compiles and type-checks the policies with OPA's strict rules and without
the built-ins whose results differ from one evaluation to the next; holds every
data.yaml against its contract; runs the Rego tests and the cases; and looks at
formatting, coverage, OPA's Wasm target and files that nothing reads.

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
			result := newCheckResult(name, report, err, strict)
			if asJSON {
				err = writeJSON(cmd, result)
			} else {
				err = result.tell(cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			if err == nil && !result.InOrder {
				return errReported
			}
			return err
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &folders)
	flags.Float64Var(&coverage, "coverage", 100, "least `percentage` of the rules that tests must evaluate")
	flags.BoolVar(&asJSON, "json", false, "print the result as JSON")
	flags.BoolVar(&strict, "strict", false, "fail on warnings too (not on reviews that are overdue: they depend on the day)")
	return cmd
}

// checkResult is what --json prints.
type checkResult struct {
	Policies string `json:"policies"`
	InOrder  bool   `json:"in_order"`
	// Problems keep the tree from serving; nothing is known of the rest then.
	Problems []checkProblem `json:"problems"`
	Warnings []checkProblem `json:"warnings"`
	// Overdue depends on the day, so it never fails.
	Overdue  []checkProblem `json:"overdue"`
	Checked  *checkedThere  `json:"checked,omitempty"`
	Revision string         `json:"revision,omitempty"`
}

// checkProblem is a place and what is to be said of it.
type checkProblem struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

// checkedThere counts what the tree has.
type checkedThere struct {
	Programs     int     `json:"programs"`
	Requirements int     `json:"requirements"`
	Tests        int     `json:"tests"`
	Coverage     float64 `json:"coverage"`
	Cases        int     `json:"cases"`
	WasmBytes    int     `json:"wasm_bytes"`
}

func newCheckResult(name string, report policy.Report, err error, strict bool) checkResult {
	result := checkResult{Policies: name, Problems: []checkProblem{}, Warnings: checkProblems(report.Warnings), Overdue: []checkProblem{}}
	if err != nil {
		var refused *decision.RefusedError
		if !errors.As(err, &refused) {
			refused = &decision.RefusedError{Problems: []decision.PolicyProblem{{Message: err.Error()}}}
		}
		result.Problems = checkProblems(refused.Problems)
		return result
	}
	checked := &checkedThere{
		Programs: len(report.Revision.Programs()), Requirements: countRequirements(report.Revision),
		Tests: report.Tests.Passed, Coverage: report.Tests.Coverage, Cases: report.Cases, WasmBytes: report.WasmBytes,
	}
	result.Warnings = append(result.Warnings, checkProblems(unfinishedIn(report.Revision))...)
	result.Overdue = checkProblems(report.Revision.Overdue(decision.DayOf(time.Now())))
	result.Checked, result.Revision = checked, report.Revision.Digest()
	result.InOrder = !strict || len(result.Warnings) == 0
	return result
}

func checkProblems(problems []decision.PolicyProblem) []checkProblem {
	list := make([]checkProblem, len(problems))
	for i, p := range problems {
		list[i] = checkProblem(p)
	}
	return list
}

func (p checkProblem) String() string { return decision.PolicyProblem(p).String() }

// tell writes for people: what is wrong, then one line that sums up.
func (r checkResult) tell(stdout, stderr io.Writer) error {
	for _, list := range []struct {
		said     string
		problems []checkProblem
	}{{"warning: ", r.Warnings}, {"", r.Problems}, {"overdue: ", r.Overdue}} {
		for _, p := range list.problems {
			fmt.Fprintln(stderr, list.said+p.String())
		}
	}
	switch c := r.Checked; {
	case len(r.Problems) > 0:
		fmt.Fprintf(stderr, "%s is not in order: %s\n", r.Policies, counted(len(r.Problems), "problem"))
	case !r.InOrder:
		fmt.Fprintf(stderr, "%s is not in order: %s, which --strict does not let pass\n", r.Policies, counted(len(r.Warnings), "warning"))
	default:
		_, err := fmt.Fprintf(stdout, "%s is in order: %d programs, %d requirements, %d tests, coverage %.0f %%, %d cases, %d KB of Wasm\nrevision %s\n",
			r.Policies, c.Programs, c.Requirements, c.Tests, c.Coverage, c.Cases, c.WasmBytes/1024, r.Revision)
		return err
	}
	return nil
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
