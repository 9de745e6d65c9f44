package policy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/util"

	"assay/server/decision"
)

// logPackage is where OPA looks for what its decision log leaves out.
const logPackage = "system.log"

// loadMask prepares the rule mask of the package system.log, if the tree has one.
func (r *Revision) loadMask(ctx context.Context, found *problems) {
	var at *ast.Location
	for _, module := range r.compiler.Modules {
		if packageName(module) != logPackage {
			continue
		}
		for _, rule := range module.Rules {
			switch ref := rule.Head.Ref(); {
			case ref[0].Value.Compare(ast.Var("mask")) == 0:
				at = rule.Location
			case ref[0].Value.Compare(ast.Var("drop")) == 0:
				found.add(rule.Location.File, rule.Location.Row, "%s.drop: no decision is dropped from the log here; mask what must not leave", logPackage)
			}
		}
	}
	if at == nil {
		return
	}
	// A built-in that fails makes a rule undefined, and a pointer that is not given is a
	// value that leaves. So its errors count.
	query, err := rego.New(rego.Query("data."+logPackage+".mask"), rego.Compiler(r.compiler), rego.Store(r.store),
		rego.StrictBuiltinErrors(true)).PrepareForEval(ctx)
	if err != nil {
		found.add(at.File, at.Row, "%s.mask: %v", logPackage, err)
		return
	}
	r.mask = &query
}

// checkMask asks for the mask of an event without anything in it: it masks nothing, but it
// is defined.
func (r *Revision) checkMask(ctx context.Context, found *problems) {
	if _, err := r.Mask(ctx, []byte("{}")); err != nil {
		found.add(r.fileOf(logPackage), 0, "%v", err)
	}
}

func (r *Revision) fileOf(pkg string) string {
	for _, name := range r.tree.with(".rego") {
		if m := r.compiler.Modules[name]; m != nil && packageName(m) == pkg {
			return name
		}
	}
	return ""
}

// Mask gives what must not leave with a decision-log event, as the tree's own rule
// data.system.log.mask says it: the JSON of a list. Nothing is masked in a tree without
// that rule; one that is there and does not say anything is an error.
func (r *Revision) Mask(ctx context.Context, event []byte) ([]byte, error) {
	if r.mask == nil {
		return []byte("[]"), nil
	}
	var value any
	if err := util.UnmarshalJSON(event, &value); err != nil {
		return nil, fmt.Errorf("%s.mask: the event: %w", logPackage, err)
	}
	ctx, cancel := context.WithTimeout(ctx, evaluationTimeout)
	defer cancel()
	results, err := r.mask.Eval(ctx, rego.EvalInput(value))
	switch {
	case topdown.IsCancel(err):
		return nil, fmt.Errorf("evaluate %s.mask: %w", logPackage, context.Cause(ctx))
	case err != nil:
		return nil, fmt.Errorf("evaluate %s.mask: %w", logPackage, err)
	case len(results) != 1 || len(results[0].Expressions) != 1:
		return nil, fmt.Errorf("%s.mask is undefined; a rule that masks nothing gives an empty set", logPackage)
	}
	list, ok := results[0].Expressions[0].Value.([]any)
	if !ok {
		return nil, fmt.Errorf("%s.mask is neither a set nor a list", logPackage)
	}
	return json.Marshal(list)
}

// Mask is that of the revision that serves.
func (l *Library) Mask(ctx context.Context, event []byte) ([]byte, error) {
	return l.current.Load().Mask(ctx, event)
}

// Input is the document that policies see as input, as canonical JSON.
func Input(q decision.Question, facts decision.Facts) ([]byte, error) {
	input, err := inputValue(q, facts)
	if err != nil {
		return nil, err
	}
	value, err := ast.JSON(input)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return decision.Canonical(raw)
}
