package policy

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// testTimeout ends a single Rego test that does not come to an end by itself. A test
// takes milliseconds; a machine may be very busy, and a good tree must not be refused
// for that.
const testTimeout = 10 * time.Second

// TestReport is what the Rego tests of a tree came to.
type TestReport struct {
	Passed int
	// Results are those of the single tests, by package and name.
	Results []TestResult
	// Uncovered are the places that no test evaluated, as file:line; only filled in
	// if coverage was asked for.
	Uncovered []string
	Coverage  float64
}

// TestResult is what became of one Rego test.
type TestResult struct {
	// Package and Name are without "data.", as the author wrote them.
	Package, Name string
	// File and Line are where it failed, else where it stands.
	File string
	Line int
	// Failure says what went wrong; empty if nothing did.
	Failure string
	// Skipped tests are named todo_test_….
	Skipped  bool
	Duration time.Duration
}

// Test runs the Rego tests of the tree. The error is a *decision.RefusedError that names each that
// failed.
func (r *Revision) Test(ctx context.Context, coverage bool) (TestReport, error) {
	report, err := r.RunTests(ctx, "", coverage)
	if err != nil {
		return report, err
	}
	var found problems
	for _, result := range report.Results {
		if result.Failure != "" {
			found.add(result.File, result.Line, "%s", result.Failure)
		}
	}
	if len(report.Results) == 0 {
		found.add("", 0, "the tree has no tests; what nobody tests does not serve")
	}
	return report, found.err()
}

// RunTests runs the Rego tests whose full name the regular expression matches, as opa
// test --run does. That tests fail is no error; that they do not compile is.
func (r *Revision) RunTests(ctx context.Context, filter string, coverage bool) (TestReport, error) {
	var report TestReport
	txn, err := r.store.NewTransaction(ctx)
	if err != nil {
		return report, err
	}
	defer r.store.Abort(ctx, txn)

	runner := tester.NewRunner().
		SetCompiler(r.newCompiler()).
		SetStore(r.store).
		SetModules(r.modules).
		SetTimeout(testTimeout).
		SetParallel(runtime.GOMAXPROCS(0)).
		Filter(filter)
	var tracer *cover.Cover
	if coverage {
		tracer = cover.New()
		runner.SetCoverageQueryTracer(tracer)
	}
	results, err := r.run(ctx, runner, txn)
	if err != nil {
		var found problems
		r.addCompile(&found, err)
		return report, found.err()
	}
	for _, result := range results {
		said := testResult(result)
		if result.Pass() {
			report.Passed++
		}
		report.Results = append(report.Results, said)
	}
	slices.SortFunc(report.Results, func(a, b TestResult) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Name, b.Name))
	})
	if coverage {
		covered := tracer.Report(r.modules)
		report.Coverage = covered.Coverage
		report.Uncovered = uncovered(covered)
	}
	return report, nil
}

func testResult(result *tester.Result) TestResult {
	said := TestResult{
		Package: strings.TrimPrefix(result.Package, "data."), Name: result.Name, Skipped: result.Skip, Duration: result.Duration,
		File: result.Location.File, Line: result.Location.Row,
	}
	switch {
	case topdown.IsCancel(result.Error):
		said.Failure = fmt.Sprintf("the test %s takes longer than %s", result.Name, testTimeout)
	case result.Error != nil:
		said.Failure = result.Name + ": " + strings.Join(strings.Fields(result.Error.Error()), " ")
	case result.Fail:
		said.Line, said.Failure = failedAt(result), fmt.Sprintf("the test %s fails", result.Name)
	}
	return said
}

func (r *Revision) run(ctx context.Context, runner *tester.Runner, txn storage.Transaction) ([]*tester.Result, error) {
	stream, err := runner.RunTests(ctx, txn)
	if err != nil {
		return nil, err
	}
	var results []*tester.Result
	for result := range stream {
		results = append(results, result)
	}
	return results, nil
}

func failedAt(result *tester.Result) int {
	if result.FailedAt != nil && result.FailedAt.Location != nil {
		return result.FailedAt.Location.Row
	}
	return result.Location.Row
}

func uncovered(report cover.Report) []string {
	var places []string
	for _, name := range slices.Sorted(maps.Keys(report.Files)) {
		if strings.HasSuffix(name, "_test.rego") {
			continue
		}
		for _, gap := range report.Files[name].NotCovered {
			places = append(places, name+":"+itoa(gap.Start.Row))
		}
	}
	return slices.Compact(places)
}
