package policy

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
)

// Mutation tries mutants of a tree whose own tests and cases hold.
type Mutation struct {
	revision *Revision
	cases    []Case
	// seenBy gives the test files that refer to a file, directly or through others;
	// beside gives those that lie beside the files of a folder, with what they need.
	seenBy, beside map[string][]string
}

// Verdict is what became of a mutant.
type Verdict struct {
	Mutant
	// KilledBy is the first that noticed: the compiler, the gate, a test or a case. It is
	// empty if nothing did.
	KilledBy string
}

// NewMutation prepares to try mutants. A tree that does not hold against its own tests
// and cases is refused with a *decision.RefusedError: with it, everything would notice.
func NewMutation(ctx context.Context, r *Revision) (*Mutation, error) {
	m := &Mutation{revision: r}
	if _, err := r.Test(ctx, false); err != nil {
		return nil, err
	}
	var err error
	if m.cases, err = r.Cases(); err != nil {
		return nil, err
	}
	var found problems
	for _, c := range m.cases {
		wrong, err := r.Run(ctx, c, nil)
		if err != nil {
			wrong = []string{err.Error()}
		}
		for _, what := range wrong {
			found.add(c.File, 1, "%s", what)
		}
	}
	if err := found.err(); err != nil {
		return nil, err
	}
	return m, m.findTests()
}

// findTests follows the references between the files.
func (m *Mutation) findTests() error {
	compiler := m.revision.newCompiler()
	if compiler.Compile(m.revision.modules); compiler.Failed() {
		return compiler.Errors
	}
	refersTo := make(map[string][]string)
	for name, module := range compiler.Modules {
		refersTo[name] = filesReferredTo(compiler, name, module)
	}
	m.seenBy, m.beside = make(map[string][]string), make(map[string][]string)
	for _, name := range slices.Sorted(maps.Keys(compiler.Modules)) {
		if !isTest(name) {
			continue
		}
		for reached := range closure(refersTo, name) {
			m.seenBy[reached] = append(m.seenBy[reached], name)
			if isTest(reached) && !slices.Contains(m.beside[path.Dir(name)], reached) {
				m.beside[path.Dir(name)] = append(m.beside[path.Dir(name)], reached)
			}
		}
	}
	return nil
}

// filesReferredTo are the files that define something below or above the constant part
// of a reference of the module. Where the rest is a variable, that is everything below;
// but only tests refer to tests, and they name them.
func filesReferredTo(compiler *ast.Compiler, name string, module *ast.Module) []string {
	files := make(map[string]bool)
	ast.WalkRefs(module, func(ref ast.Ref) bool {
		if !ref.HasPrefix(ast.DefaultRootRef) {
			return false
		}
		named := ref.ConstantPrefix()
		for other, defined := range compiler.Modules {
			pkg := defined.Package.Path
			if named.HasPrefix(pkg) || pkg.HasPrefix(named) && !isTest(other) {
				files[other] = isTest(name) || !isTest(other)
			}
		}
		return false
	})
	maps.DeleteFunc(files, func(_ string, refers bool) bool { return !refers })
	return slices.Collect(maps.Keys(files))
}

func closure(refersTo map[string][]string, from string) map[string]bool {
	reached := map[string]bool{from: true}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range refersTo[queue[0]] {
			if !reached[next] {
				reached[next] = true
				queue = append(queue, next)
			}
		}
	}
	return reached
}

// Run tries the mutants, several at a time, and reports each verdict as it comes.
func (m *Mutation) Run(ctx context.Context, mutants []Mutant, workers int, report func(Verdict)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	todo, verdicts := make(chan Mutant), make(chan Verdict)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for mutant := range todo {
				verdict, err := m.Try(ctx, mutant)
				if err != nil {
					stop(err)
					continue // until there are no more
				}
				verdicts <- verdict
			}
		})
	}
	go func() {
		defer close(todo)
		for _, mutant := range mutants {
			select {
			case todo <- mutant:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		group.Wait()
		close(verdicts)
	}()
	for verdict := range verdicts {
		report(verdict)
	}
	return context.Cause(ctx)
}

// Try changes the tree and looks who notices: the tests beside the file, then the gate,
// the cases, and last all other tests that can see it. Tests bring dated values of their
// own, so only the gate and the cases are asked about those. An import or a variable that
// nothing uses any more is no sign that anybody noticed.
func (m *Mutation) Try(ctx context.Context, mutant Mutant) (Verdict, error) {
	mutated := *m.revision
	mutated.lenient = true
	if err := mutant.change(&mutated); err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", mutant, err)
	}
	killer := ""
	if strings.HasSuffix(mutant.File, ".rego") {
		killer = m.killerOfRule(ctx, &mutated, mutant.File)
	} else {
		killer = m.killerOfValue(ctx, &mutated)
	}
	return Verdict{mutant, killer}, context.Cause(ctx)
}

func (m *Mutation) killerOfRule(ctx context.Context, mutated *Revision, file string) string {
	beside := m.beside[path.Dir(file)]
	if killer := mutated.firstTest(ctx, beside); killer != "" {
		return killer
	}
	if err := mutated.make(ctx); err != nil {
		return "the gate: " + problemsOf(err)[0].String()
	}
	if killer := m.firstCase(ctx, mutated); killer != "" {
		return killer
	}
	others := slices.DeleteFunc(slices.Clone(m.seenBy[file]), func(name string) bool { return slices.Contains(beside, name) })
	return mutated.firstTest(ctx, others)
}

func (m *Mutation) killerOfValue(ctx context.Context, mutated *Revision) string {
	// The rules are as they were, so they are compiled already.
	if err := mutated.build(ctx, mutated.checkData, mutated.loadPrograms, mutated.loadTexts); err != nil {
		return "the gate: " + problemsOf(err)[0].String()
	}
	return m.firstCase(ctx, mutated)
}

// firstCase is the first case that does not hold.
func (m *Mutation) firstCase(ctx context.Context, mutated *Revision) string {
	for _, c := range m.cases {
		wrong, err := mutated.Run(ctx, c, nil)
		if err != nil || len(wrong) > 0 {
			return "the case " + c.File
		}
	}
	return ""
}

// firstTest is the first test in the files that fails.
func (r *Revision) firstTest(ctx context.Context, files []string) string {
	if len(files) == 0 {
		return ""
	}
	modules := maps.Clone(r.modules)
	maps.DeleteFunc(modules, func(name string, _ *ast.Module) bool { return isTest(name) && !slices.Contains(files, name) })
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	txn, err := r.store.NewTransaction(ctx)
	if err != nil {
		return err.Error() // a store in memory gives one
	}
	defer r.store.Abort(ctx, txn)
	results, err := tester.NewRunner().
		SetCompiler(r.newCompiler()).
		SetStore(r.store).
		SetModules(modules).
		SetTimeout(testTimeout).
		SetParallel(1).
		RunTests(ctx, txn)
	if err != nil {
		return "the compiler: " + strings.Join(strings.Fields(err.Error()), " ")
	}
	killer := ""
	for result := range results {
		if killer == "" && (result.Fail || result.Error != nil) {
			killer = "the test " + strings.TrimPrefix(result.Package, "data.") + "." + result.Name
			stop() // the rest does not matter
		}
	}
	return killer
}
