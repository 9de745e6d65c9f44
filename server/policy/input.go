package policy

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"assay/server/decision"
)

// inputValue is the document that policies see as input; schemas/request.json in the
// tree describes it.
func inputValue(q decision.Question, facts decision.Facts) (ast.Value, error) {
	held, err := byKind(facts.Held)
	if err != nil {
		return nil, err
	}
	ended, err := byKind(facts.Ended)
	if err != nil {
		return nil, err
	}
	input := ast.NewObject(
		text("program", q.Program),
		text("as_of", string(q.AsOf)),
		[2]*ast.Term{ast.StringTerm("facts"), held},
		[2]*ast.Term{ast.StringTerm("ended"), ended},
	)
	if q.Action != "" {
		input.Insert(ast.StringTerm("action"), ast.StringTerm(q.Action))
	}
	if q.Actor != nil {
		input.Insert(ast.StringTerm("actor"), actorTerm(*q.Actor))
	}
	return input, nil
}

func actorTerm(a decision.Actor) *ast.Term {
	roles := make([]*ast.Term, len(a.Roles))
	for i, role := range a.Roles {
		roles[i] = ast.StringTerm(role)
	}
	return ast.ObjectTerm(text("id", a.ID), [2]*ast.Term{ast.StringTerm("roles"), ast.ArrayTerm(roles...)})
}

func byKind(facts []decision.Fact) (*ast.Term, error) {
	// Facts are sorted by kind, so each kind is one run.
	object := ast.NewObject()
	for start := 0; start < len(facts); {
		end := start
		var records []*ast.Term
		for ; end < len(facts) && facts[end].Kind == facts[start].Kind; end++ {
			record, err := recordTerm(facts[end])
			if err != nil {
				return nil, err
			}
			records = append(records, record)
		}
		object.Insert(ast.StringTerm(facts[start].Kind), ast.ArrayTerm(records...))
		start = end
	}
	return ast.NewTerm(object), nil
}

func recordTerm(f decision.Fact) (*ast.Term, error) {
	var body any
	if err := util.UnmarshalJSON(f.Body, &body); err != nil {
		return nil, fmt.Errorf("body of fact %s: %w", f.ID, err)
	}
	value, err := ast.InterfaceToValue(body)
	if err != nil {
		return nil, fmt.Errorf("body of fact %s: %w", f.ID, err)
	}
	fields := [][2]*ast.Term{
		text("id", f.ID), text("kind", f.Kind), text("key", f.Key), text("source", f.Source),
		text("valid_from", string(f.ValidFrom)),
		{ast.StringTerm("body"), ast.NewTerm(value)},
	}
	if f.ValidTo != "" {
		fields = append(fields, text("valid_to", string(f.ValidTo)))
	}
	return ast.ObjectTerm(fields...), nil
}

func text(key, value string) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(key), ast.StringTerm(value)}
}
