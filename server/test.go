package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/policy"
)

func newTest() *cobra.Command {
	var options testOptions
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Run the tests and the cases of a policy tree",
		Long: `Test runs the Rego tests, as opa test does, and decides the cases, down to the sentences
that partners read. What does not hold is named with file and line. With --update the cases
are not held against what they expect: it is written anew in those that come out
otherwise, statuses and sentences, and their files are named.

With --boundaries it decides instead just below, at and just above every number of the
rules that a partner must reach, and without the fact and with one of the wrong type,
and compares the tables with those kept beside the cases.

With --mutate it changes the policies instead, one operator, rule, dated value or day at
a time, and names the changes that no test and no case notices. With --thorough it also
drops each condition and changes each number and text of the rules.

Exit status: 0 all holds, 1 something does not, 2 nothing could be tested.`,
		Example: `  assay test --run revenue                          what has revenue in its name
  assay test --coverage 100 --junit report.xml      for a build
  assay test --update --run revenue                 expect what comes out; then read the difference
  assay test --boundaries --update                  write the tables anew
  assay test --mutate --only csp/direct_bill/rules  is every rule there tested?`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options.coverageAsked = cmd.Flags().Changed("coverage")
			if err := options.check(); err != nil {
				return err
			}
			switch {
			case options.boundaries:
				return runBoundaries(cmd, options)
			case options.mutate:
				return runMutation(cmd, options)
			case options.update:
				return updateCases(cmd, options)
			}
			return runTests(cmd, options)
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &options.folders)
	flags.BoolVar(&options.json, "json", false, "print the results as JSON")
	flags.StringVar(&options.junit, "junit", "", "write the results to a `file` as JUnit XML too")
	flags.StringVar(&options.run, "run", "", "only tests and cases whose name the regular `expression` matches")
	flags.Float64Var(&options.coverage, "coverage", 0, "least `percentage` of the rules that the Rego tests must evaluate")
	flags.BoolVar(&options.boundaries, "boundaries", false, "decide around every number of the rules")
	flags.BoolVar(&options.update, "update", false, "write what the cases expect, or with --boundaries the tables, instead of comparing")
	flags.BoolVar(&options.mutate, "mutate", false, "change the policies and see whether a test notices")
	flags.BoolVar(&options.thorough, "thorough", false, "with --mutate: drop each condition and change each number and text of the rules too")
	flags.StringVar(&options.only, "only", "", "with --mutate: only what lies at or below a `path` of the tree, or on one line of it (path:line)")
	return cmd
}

type testOptions struct {
	folders            []string
	json               bool
	junit, run         string
	coverage           float64
	coverageAsked      bool
	boundaries, update bool
	mutate, thorough   bool
	only               string
}

// check refuses flags that have no effect together.
func (o testOptions) check() error {
	special := o.boundaries || o.mutate
	switch {
	case o.boundaries && o.mutate:
		return errors.New("--boundaries and --mutate do not go together")
	case special && (o.run != "" || o.junit != "" || o.coverageAsked):
		return errors.New("--run, --junit and --coverage are for tests and cases only")
	case o.update && (o.mutate || o.json || o.junit != "" || o.coverageAsked):
		return errors.New("--update writes cases, or tables with --boundaries, and goes with --run alone")
	case o.only != "" && !o.mutate:
		return errors.New("--only needs --mutate; to pick tests, use --run")
	case o.thorough && !o.mutate:
		return errors.New("--thorough needs --mutate")
	}
	_, err := regexp.Compile(o.run)
	if err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	return nil
}

// outcome is what became of one test or case, as --json gives it.
type outcome struct {
	// Suite is the package of a test or the program of a case.
	Suite   string  `json:"suite"`
	Name    string  `json:"name"`
	File    string  `json:"file"`
	Line    int     `json:"line"`
	Status  string  `json:"status"` // passed, failed or skipped
	Detail  string  `json:"detail,omitempty"`
	Seconds float64 `json:"seconds"`
}

// testResults are what --json prints.
type testResults struct {
	Tests []outcome `json:"tests"`
	Cases []outcome `json:"cases"`
	// Coverage is only there if it was asked for.
	Coverage *coverageResult `json:"coverage,omitempty"`
	Passed   bool            `json:"passed"`
}

type coverageResult struct {
	Percent   float64  `json:"percent"`
	Least     float64  `json:"least"`
	Uncovered []string `json:"uncovered"`
}

func runTests(cmd *cobra.Command, options testOptions) error {
	results, err := collectResults(cmd, options)
	if err != nil {
		return err
	}
	if options.junit != "" {
		report, err := junit(results)
		if err != nil {
			return err
		}
		if err := os.WriteFile(options.junit, report, 0o644); err != nil {
			return err
		}
	}
	if options.json {
		err = writeJSON(cmd, results)
	} else {
		_, err = fmt.Fprint(cmd.OutOrStdout(), results)
	}
	if err == nil && !results.Passed {
		return errReported
	}
	return err
}

func collectResults(cmd *cobra.Command, options testOptions) (testResults, error) {
	results := testResults{Tests: []outcome{}, Cases: []outcome{}}
	revision, err := loadToCheck(cmd, options.folders)
	if err != nil {
		return results, err
	}
	report, err := revision.RunTests(cmd.Context(), options.run, options.coverageAsked)
	if err != nil {
		return results, reported(cmd, err)
	}
	for _, t := range report.Results {
		o := newOutcome(t.Package, t.Name, t.File, t.Line, t.Failure, t.Duration)
		if t.Skipped {
			o.Status = "skipped"
		}
		results.Tests = append(results.Tests, o)
	}
	picks := regexp.MustCompile(options.run).MatchString
	for _, c := range revision.RunCases(cmd.Context(), picks, renderCase) {
		results.Cases = append(results.Cases, newOutcome(c.Program, c.File, c.File, c.Line, strings.Join(c.Failures, "; "), c.Duration))
	}
	if len(results.Tests)+len(results.Cases) == 0 {
		return results, errors.New("there is no such test and no such case")
	}
	if options.coverageAsked {
		results.Coverage = &coverageResult{report.Coverage, options.coverage, append([]string{}, report.Uncovered...)}
	}
	results.Passed = results.failed() == 0 && !results.tooLittleCovered()
	return results, nil
}

func newOutcome(suite, name, file string, line int, failure string, took time.Duration) outcome {
	o := outcome{Suite: suite, Name: name, File: file, Line: line, Status: "passed", Detail: failure, Seconds: took.Seconds()}
	if failure != "" {
		o.Status = "failed"
	}
	return o
}

func (r testResults) tooLittleCovered() bool {
	return r.Coverage != nil && r.Coverage.Percent < r.Coverage.Least
}

func (r testResults) failed() int { return count(r.Tests, "failed") + count(r.Cases, "failed") }

func count(list []outcome, status string) int {
	n := 0
	for _, o := range list {
		if o.Status == status {
			n++
		}
	}
	return n
}

// String is for people: what failed, then one line that sums up.
func (r testResults) String() string {
	var b strings.Builder
	for _, list := range [][]outcome{r.Tests, r.Cases} {
		for _, o := range list {
			if o.Status == "failed" {
				fmt.Fprintf(&b, "%s:%d: %s\n", o.File, o.Line, o.Detail)
			}
		}
	}
	if r.tooLittleCovered() {
		for _, place := range r.Coverage.Uncovered {
			fmt.Fprintf(&b, "%s: no test covers this\n", place)
		}
	}
	fmt.Fprintf(&b, "%s, %s", summary("test", r.Tests), summary("case", r.Cases))
	if r.Coverage != nil {
		fmt.Fprintf(&b, ", coverage %.1f %%", r.Coverage.Percent)
	}
	b.WriteByte('\n')
	return b.String()
}

// summary is "12 tests", with what became of those that did not pass.
func summary(noun string, list []outcome) string {
	text := counted(len(list), noun)
	for _, status := range []string{"failed", "skipped"} {
		if n := count(list, status); n > 0 {
			text += fmt.Sprintf(" (%d %s)", n, status)
		}
	}
	return text
}

// counted is "1 test" or "2 tests".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// loadToCheck loads policies whose mistakes are findings: they are printed, and the
// error is errReported.
func loadToCheck(cmd *cobra.Command, folders []string) (*policy.Revision, error) {
	revision, err := loadPolicies(cmd.Context(), folders)
	return revision, reported(cmd, err)
}

// aboutTree says which of several trees cannot be used. What is wrong inside it stands on
// lines of its own, each with its place.
func aboutTree(which string, err error) error {
	var refused *decision.RefusedError
	if errors.As(err, &refused) {
		return fmt.Errorf("%s:\n%w", which, err)
	}
	return fmt.Errorf("%s: %w", which, err)
}

func writeJSON(cmd *cobra.Command, value any) error {
	out := json.NewEncoder(cmd.OutOrStdout())
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(value)
}
