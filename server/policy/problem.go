package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/decision"
)

// problems collects what is wrong in the order in which it is looked for.
type problems []decision.PolicyProblem

func (p *problems) add(file string, line int, format string, args ...any) {
	*p = append(*p, decision.PolicyProblem{File: file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// addOPA takes over OPA's errors, which name the place themselves. file is used for
// those that do not.
func (p *problems) addOPA(file string, err error) {
	var several ast.Errors
	if !errors.As(err, &several) {
		var single *ast.Error
		if !errors.As(err, &single) {
			p.add(file, 0, "%v", err)
			return
		}
		several = ast.Errors{single}
	}
	for _, e := range several {
		message := e.Message
		if e.Details != nil {
			message += " (" + strings.Join(strings.Fields(strings.Join(e.Details.Lines(), " ")), " ") + ")"
		}
		if e.Location == nil {
			p.add(file, 0, "%s", message)
			continue
		}
		p.add(e.Location.File, e.Location.Row, "%s", message)
	}
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b decision.PolicyProblem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return &decision.RefusedError{Problems: slices.Compact(p)}
}

// problemsOf lists what an error of this package names.
func problemsOf(err error) []decision.PolicyProblem {
	if err == nil {
		return nil
	}
	var e *decision.RefusedError
	if errors.As(err, &e) {
		return e.Problems
	}
	return []decision.PolicyProblem{{Message: err.Error()}}
}
