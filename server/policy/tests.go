package policy

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
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
	// Uncovered are the places that no test evaluated, as file:line; only filled in
	// if coverage was asked for.
	Uncovered []string
	Coverage  float64
}

// Test runs the Rego tests of the tree. The error is a *decision.RefusedError that names each that
// failed.
func (r *Revision) Test(ctx context.Context, coverage bool) (TestReport, error) {
	var report TestReport
	var found problems
	modules := make(map[string]*ast.Module, len(r.modules))
	for name, module := range r.modules {
		modules[name] = module.Copy()
	}
	txn, err := r.store.NewTransaction(ctx)
	if err != nil {
		return report, err
	}
	defer r.store.Abort(ctx, txn)

	runner := tester.NewRunner().
		SetCompiler(r.newCompiler()).
		SetStore(r.store).
		SetModules(modules).
		SetTimeout(testTimeout).
		SetParallel(runtime.GOMAXPROCS(0))
	var tracer *cover.Cover
	if coverage {
		tracer = cover.New()
		runner.SetCoverageQueryTracer(tracer)
	}
	results, err := r.run(ctx, runner, txn)
	if err != nil {
		found.addOPA("", err)
		return report, found.err()
	}
	for _, result := range results {
		switch {
		case topdown.IsCancel(result.Error):
			found.add(result.Location.File, result.Location.Row, "the test %s takes longer than %s", result.Name, testTimeout)
		case result.Error != nil:
			found.add(result.Location.File, result.Location.Row, "%s: %v", result.Name, result.Error)
		case result.Fail:
			found.add(result.Location.File, failedAt(result), "the test %s fails", result.Name)
		case !result.Skip:
			report.Passed++
		}
	}
	if len(results) == 0 {
		found.add("", 0, "the tree has no tests; what nobody tests does not serve")
	}
	if coverage {
		covered := tracer.Report(r.modules)
		report.Coverage = covered.Coverage
		report.Uncovered = uncovered(covered)
	}
	return report, found.err()
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
