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

// Format writes a Rego file as opa fmt does. The error is a *decision.RefusedError that
// names the place.
func Format(name string, content []byte) ([]byte, error) {
	result, err := formatted(name, content)
	if err != nil {
		var found problems
		found.addOPA(name, err)
		return nil, found.err()
	}
	return result, nil
}

func formatted(name string, content []byte) ([]byte, error) {
	return format.SourceWithOpts(name, content, format.Opts{
		RegoVersion: ast.RegoV1, ParserOptions: &ast.ParserOptions{RegoVersion: ast.RegoV1},
	})
}

// checkFormat compares every Rego file with what opa fmt makes of it.
func checkFormat(tree Tree, found *problems) {
	for _, name := range tree.with(".rego") {
		formatted, err := formatted(name, tree[name])
		if err != nil {
			found.addOPA(name, err)
			continue
		}
		if !bytes.Equal(formatted, tree[name]) {
			found.add(name, firstDifference(tree[name], formatted), "is not formatted; run assay fmt or opa fmt -w")
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
