package policy

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/compile"
	"github.com/open-policy-agent/opa/v1/format"
)

// Report is what a full check of a tree found out beyond its being in order.
type Report struct {
	Revision *Revision
	Tests    TestReport
	Cases    int
	// WasmBytes is the size of the module that the programs compile to.
	WasmBytes int
}

// Check holds a tree against everything that the gate does and more: the sentences of
// the cases, formatting, coverage of at least the given percentage, and OPA's Wasm
// target. The error is an *Error.
func Check(ctx context.Context, tree Tree, render Render, coverage float64) (Report, []string, error) {
	var report Report
	revision, err := Load(ctx, tree)
	if err != nil {
		return report, nil, err
	}
	report.Revision = revision
	if report.Tests, err = revision.Test(ctx, true); err != nil {
		return report, nil, err
	}
	cases, warnings, err := revision.checkCases(ctx, render)
	if err != nil {
		return report, nil, err
	}
	report.Cases = cases
	var found problems
	checkFormat(tree, &found)
	if report.Tests.Coverage < coverage {
		for _, place := range report.Tests.Uncovered {
			found.add("", 0, "%s: no test covers this", place)
		}
	}
	if report.WasmBytes, err = revision.wasm(ctx); err != nil {
		found.addOPA("", err)
	}
	lines := make([]string, len(warnings))
	for i, w := range warnings {
		lines[i] = Format(w)
	}
	return report, lines, found.err()
}

// checkFormat compares every Rego file with what opa fmt makes of it.
func checkFormat(tree Tree, found *problems) {
	for _, name := range tree.with(".rego") {
		formatted, err := format.SourceWithOpts(name, tree[name], format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			found.addOPA(name, err)
			continue
		}
		if !bytes.Equal(formatted, tree[name]) {
			found.add(name, firstDifference(tree[name], formatted), "is not formatted; run opa fmt -w")
		}
	}
}

func firstDifference(a, b []byte) int {
	linesA, linesB := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(linesA), len(linesB)) {
		if !bytes.Equal(linesA[i], linesB[i]) {
			return i + 1
		}
	}
	return min(len(linesA), len(linesB))
}

// wasm compiles all programs to one module, as opa build -t wasm does.
func (r *Revision) wasm(ctx context.Context) (int, error) {
	b := &bundle.Bundle{Manifest: bundle.Manifest{Revision: r.digest}, Data: r.data}
	b.Manifest.Init()
	for _, name := range r.tree.with(".rego") {
		if strings.HasSuffix(name, "_test.rego") {
			continue
		}
		b.Modules = append(b.Modules, bundle.ModuleFile{URL: name, Path: name, Raw: r.tree[name], Parsed: r.modules[name].Copy()})
	}
	var entrypoints []string
	for name := range r.programs {
		entrypoints = append(entrypoints, strings.ReplaceAll(name, ".", "/")+"/decision")
	}
	compiler := compile.New().
		WithTarget(compile.TargetWasm).
		WithCapabilities(pure()).
		WithRegoVersion(ast.RegoV1).
		WithEntrypoints(entrypoints...).
		WithBundle(b)
	if err := compiler.Build(ctx); err != nil {
		return 0, fmt.Errorf("compile to Wasm: %w", err)
	}
	size := 0
	for _, module := range compiler.Bundle().WasmModules {
		size += len(module.Raw)
	}
	return size, nil
}
