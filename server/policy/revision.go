// Package policy loads policy trees, keeps bad ones from serving, and evaluates.
// Nothing else in the program imports OPA.
package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"assay/server/decision"
)

// Revision is one policy tree, compiled. It is immutable and may be used
// concurrently.
type Revision struct {
	tree      Tree
	digest    string
	documents map[string]*document // data files by path
	modules   map[string]*ast.Module
	compiler  *ast.Compiler
	schemas   *ast.SchemaSet
	store     storage.Store
	data      map[string]any
	kinds     map[string]*factKind
	programs  map[string]*program
	texts     decision.Texts
	stewards  stewardships
	factRules decision.FactRules
	lenient   bool // a mutant: what is not used is no mistake
	// mask is the query of system.log.mask, nil if the tree has no such rule.
	mask *rego.PreparedEvalQuery
}

var _ decision.Revision = (*Revision)(nil)

// Load compiles a tree: parse, types, contracts of the data, programs. The error is
// a *decision.RefusedError that names every place. It does not run the tree's tests; see Test.
func Load(ctx context.Context, tree Tree) (*Revision, error) {
	r := newRevision(tree)
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	if err := r.make(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// read parses everything; the tests of the tree can run after it.
func (r *Revision) read(ctx context.Context) error { return r.build(ctx, r.parse, r.loadSchemas) }

// make turns what was read into something that can decide.
func (r *Revision) make(ctx context.Context) error {
	return r.build(ctx, r.compile, r.checkData, r.checkReferences, r.checkNames, r.loadPrograms, r.loadTexts, r.checkBudgets, r.checkRetention, r.loadMask, r.checkMask)
}

// Reload compiles a tree that served before. It is not held against contracts that
// may have become stricter since: decisions it made must stay readable.
func Reload(ctx context.Context, tree Tree) (*Revision, error) {
	r := newRevision(tree)
	if err := r.build(ctx, r.parse, r.loadSchemas, r.compile, r.loadPrograms, r.loadTexts, r.loadMask); err != nil {
		return nil, err
	}
	return r, nil
}

func newRevision(tree Tree) *Revision {
	return &Revision{tree: tree, digest: tree.Digest(), documents: make(map[string]*document)}
}

// build takes the steps in order. Each needs what the one before built, so the first
// with problems ends it.
func (r *Revision) build(ctx context.Context, steps ...func(context.Context, *problems)) error {
	for _, step := range steps {
		var found problems
		step(ctx, &found)
		if err := found.err(); err != nil {
			return err
		}
	}
	return nil
}

// Digest implements decision.Revision.
func (r *Revision) Digest() string { return r.digest }

// Texts implements decision.Revision.
func (r *Revision) Texts() decision.Texts { return r.texts }

// parse reads all Rego and data files, each on its own, so that every broken file is
// named at once.
func (r *Revision) parse(ctx context.Context, found *problems) {
	r.parseModules(found)
	r.parseAllData(ctx, found)
}

func (r *Revision) parseModules(found *problems) {
	r.modules = make(map[string]*ast.Module)
	for _, name := range r.tree.with(".rego") {
		module, err := parseModule(name, r.tree[name])
		switch {
		case err != nil:
			found.addOPA(name, err)
		default:
			r.modules[name] = module
			checkPlace(name, module, found)
		}
	}
}

func parseModule(name string, text []byte) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(name, string(text), ast.ParserOptions{
		RegoVersion: ast.RegoV1, ProcessAnnotation: true, Capabilities: pure(),
	})
}

func (r *Revision) parseAllData(_ context.Context, found *problems) {
	r.data = make(map[string]any)
	for _, name := range r.tree.with(".yaml") {
		if path.Base(name) == "data.yaml" {
			r.parseData(name, found)
		}
	}
	for _, name := range r.tree.Paths() {
		if base := path.Base(name); base == "data.json" || base == "data.yml" {
			found.add(name, 1, "data lies in files named data.yaml here; this one would not be read")
		}
	}
	r.store = inmem.NewFromObjectWithOpts(r.data, inmem.OptRoundTripOnWrite(false))
}

// checkPlace: a package lies in the folder of its name, so that its data does too.
func checkPlace(name string, module *ast.Module, found *problems) {
	want := strings.ReplaceAll(path.Dir(name), "/", ".")
	got := packageName(module)
	if want != "." && got != want && got != want+"_test" {
		found.add(name, module.Package.Location.Row, "package %s does not belong here; this folder is %s", got, want)
	}
}

func packageName(module *ast.Module) string {
	parts := make([]string, 0, len(module.Package.Path)-1)
	for _, term := range module.Package.Path[1:] {
		parts = append(parts, string(term.Value.(ast.String)))
	}
	return strings.Join(parts, ".")
}

func (r *Revision) parseData(name string, found *problems) {
	d, err := parseYAML(r.tree[name])
	if err != nil {
		y := err.(*yamlError)
		found.add(name, y.line, "%s", y.message)
		return
	}
	object, ok := d.value.(map[string]any)
	if !ok {
		found.add(name, 1, "must be a mapping of names to values")
		return
	}
	r.documents[name] = d
	place := r.data
	for _, part := range strings.Split(path.Dir(name), "/") {
		if path.Dir(name) == "." {
			break
		}
		below, ok := place[part].(map[string]any)
		if !ok {
			below = make(map[string]any)
			place[part] = below
		}
		place = below
	}
	for key, value := range object {
		if _, taken := place[key]; taken {
			found.add(name, d.line([]string{key}), "%q is also the name of a folder with data", key)
			continue
		}
		place[key] = value
	}
}

// compile type-checks what serves. Tests are compiled when they are run.
func (r *Revision) compile(_ context.Context, found *problems) {
	serving := maps.Clone(r.modules)
	maps.DeleteFunc(serving, func(name string, _ *ast.Module) bool { return strings.HasSuffix(name, "_test.rego") })
	r.compiler = r.newCompiler()
	if r.compiler.Compile(serving); r.compiler.Failed() {
		r.addCompile(found, r.compiler.Errors)
	}
}

func (r *Revision) newCompiler() *ast.Compiler {
	return ast.NewCompiler().
		WithCapabilities(pure()).
		WithStrict(!r.lenient).
		WithSchemas(r.schemas).
		WithUseTypeCheckAnnotations(true).
		WithDefaultRegoVersion(ast.RegoV1)
}

// program is something that can be decided: a package with the entrypoint decision.
type program struct {
	decision.Program
	query rego.PreparedEvalQuery
	// parts gives the package of each requirement.
	parts map[string]string
}

// Programs implements decision.Revision.
func (r *Revision) Programs() []decision.Program {
	var list []decision.Program
	for _, name := range slices.Sorted(maps.Keys(r.programs)) {
		list = append(list, r.programs[name].Program)
	}
	return list
}

// evaluationTimeout stops a rule that does not come to an end. A decision takes
// milliseconds.
const evaluationTimeout = 5 * time.Second

// Evaluate implements decision.Revision. Errors of built-ins make a rule undefined,
// as under stock OPA, and undefined means unknown.
func (r *Revision) Evaluate(ctx context.Context, q decision.Question, facts decision.Facts) ([]byte, error) {
	name := q.Program
	p, ok := r.programs[name]
	if !ok {
		return nil, fmt.Errorf("program %q: %w", name, decision.ErrNotFound)
	}
	input, err := inputValue(q, facts)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, evaluationTimeout)
	defer cancel()
	results, err := p.query.Eval(ctx, rego.EvalParsedInput(input))
	if topdown.IsCancel(err) {
		// OPA says "cancelled" whoever cancelled; the context knows.
		return nil, fmt.Errorf("evaluate %s: %w", name, context.Cause(ctx))
	}
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", name, err)
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, fmt.Errorf("evaluate %s: the policy gave no decision", name)
	}
	raw, err := json.Marshal(results[0].Expressions[0].Value)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", name, err)
	}
	return decision.Canonical(raw)
}

// prepare compiles a query against the serving modules.
func (r *Revision) prepare(ctx context.Context, query string) (rego.PreparedEvalQuery, error) {
	return rego.New(rego.Query(query), rego.Compiler(r.compiler), rego.Store(r.store)).PrepareForEval(ctx)
}
