package policy

import (
	"context"

	"assay/server/decision"
)

// Report is what the gate found out about a tree that passed it.
type Report struct {
	Revision *Revision
	Tests    TestReport
	// Cases is how many were decided.
	Cases int
	// Warnings do not keep the tree from serving: cases that do not hold any more, and, for
	// authors, files that nothing reads.
	Warnings []decision.PolicyProblem
	// WasmBytes is the size of the module that the programs compile to.
	WasmBytes int
}

// Gate is the way from a tree to a revision that may serve. Every file parses and the
// schemas load. Then come, one after the other: Rego compiles, strictly and with types;
// data keeps its contracts; every name is defined; programs and texts are whole; the
// cases that block hold, and none takes long; it compiles to Wasm. The Rego tests run
// beside these, and are heard last: if one of these refuses the tree, the refusal says
// nothing of the tests.
// Cases are not compared down to their sentences here: those name the numbers, and to
// change a number must stay a one-line edit. The error is a *decision.RefusedError.
func Gate(ctx context.Context, tree Tree) (Report, error) {
	return pass(ctx, tree, thoroughness{})
}

// Check is the gate for authors: it also compares the sentences of the cases, looks at
// the formatting and for files that nothing reads, and asks for tests that cover at least the given percentage.
func Check(ctx context.Context, tree Tree, render Render, coverage float64) (Report, error) {
	return pass(ctx, tree, thoroughness{render: render, format: true, covered: true, coverage: coverage})
}

type thoroughness struct {
	render   Render
	format   bool
	covered  bool
	coverage float64
}

func pass(ctx context.Context, tree Tree, how thoroughness) (Report, error) {
	var report Report
	if err := report.pass(ctx, tree, how); err != nil {
		return Report{}, err
	}
	return report, nil
}

func (report *Report) pass(ctx context.Context, tree Tree, how thoroughness) error {
	report.Revision = newRevision(tree)
	if err := report.Revision.read(ctx); err != nil {
		return err
	}
	// The tests compile the tree for themselves, so both can go on at the same time:
	// an author waits for the slower one, not for their sum.
	testing, stop := context.WithCancel(ctx)
	defer stop()
	tested := make(chan error, 1)
	go func() {
		var err error
		report.Tests, err = report.Revision.Test(testing, how.covered)
		tested <- err
	}()
	if err := report.finish(ctx, how.render); err != nil {
		stop() // what does not compile fails its tests too; once is enough
		<-tested
		return err
	}
	if err := <-tested; err != nil {
		return err
	}
	var found problems
	if how.format {
		checkFormat(tree, &found)
		report.Revision.checkRead((*problems)(&report.Warnings))
	}
	if how.covered && report.Tests.Coverage < how.coverage {
		for _, place := range report.Tests.Uncovered {
			found.add("", 0, "%s: no test covers this", place)
		}
	}
	return found.err()
}

// finish makes the revision decide, and does all that needs no tests.
func (report *Report) finish(ctx context.Context, render Render) (err error) {
	r := report.Revision
	if err := r.make(ctx); err != nil {
		return err
	}
	if report.Cases, report.Warnings, err = r.checkCases(ctx, render); err != nil {
		return err
	}
	if report.WasmBytes, err = r.wasm(ctx); err != nil {
		var found problems
		found.addOPA("", err)
		return found.err()
	}
	return nil
}
