package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"assay/server/policy"
)

// mutationResults are what --json prints of mutation testing.
type mutationResults struct {
	Mutants   int             `json:"mutants"`
	Killed    int             `json:"killed"`
	Argued    int             `json:"argued"`
	Survivors []mutantResult  `json:"survivors"`
	Outdated  []problemResult `json:"outdated"`
	Seconds   float64         `json:"seconds"`
}

type mutantResult struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Rule   string `json:"rule,omitempty"` // not of a dated value
	Change string `json:"change"`
}

func runMutation(cmd *cobra.Command, options testOptions) error {
	revision, err := loadToCheck(cmd, options.folders)
	if err != nil {
		return err
	}
	mutants := revision.Mutants(options.only, options.thorough)
	if len(mutants) == 0 {
		return fmt.Errorf("--only %s: there is nothing to change", options.only)
	}
	mutation, err := policy.NewMutation(cmd.Context(), revision)
	if err = reported(cmd, err); err != nil {
		if errors.Is(err, errReported) {
			cmd.PrintErrln("no mutant was tried: the tests and the cases must hold first")
		}
		return err
	}
	tally := policy.NewTally(revision, options.only)
	began := time.Now()
	bar := newLoggedProgress(cmd.ErrOrStderr(), time.Now, len(mutants))
	done := 0
	err = mutation.Run(cmd.Context(), mutants, runtime.GOMAXPROCS(0), func(verdict policy.Verdict) {
		if tally.Count(verdict) && !options.json {
			bar.end()
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", verdict.Mutant)
		}
		done++
		bar.set(done)
	})
	bar.end()
	if err != nil {
		return err
	}
	results := resultsOf(tally, time.Since(began))
	if options.json {
		err = writeJSON(cmd, results)
	} else {
		for _, o := range results.Outdated {
			fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: %s\n", o.File, o.Line, o.Detail)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s, %d killed, %d survived, %d of them argued\n",
			counted(results.Mutants, "mutant"), results.Killed, len(results.Survivors)+results.Argued, results.Argued)
	}
	if err == nil && len(results.Survivors)+len(results.Outdated) > 0 {
		return errReported
	}
	return err
}

func resultsOf(tally *policy.Tally, took time.Duration) mutationResults {
	results := mutationResults{
		Mutants: tally.Tried, Killed: tally.Killed, Argued: tally.Argued, Seconds: took.Seconds(),
		Survivors: []mutantResult{}, Outdated: []problemResult{},
	}
	for _, m := range tally.Unexplained() {
		results.Survivors = append(results.Survivors, mutantResult{m.File, m.Line, m.Rule, m.Change})
	}
	for _, p := range tally.Outdated() {
		results.Outdated = append(results.Outdated, problemResult{p.File, p.Line, p.Message})
	}
	return results
}
