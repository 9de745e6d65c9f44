package policy

import (
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/schema"
)

// addCompile takes over what OPA's compiler says, and adds to a name that it does not know
// the one that was most likely meant.
func (r *Revision) addCompile(found *problems, err error) {
	var several ast.Errors
	if !errors.As(err, &several) {
		found.addOPA("", err)
		return
	}
	for _, e := range several {
		hinted := *e
		if message := r.hint(e); message != "" {
			hinted.Message, hinted.Details = message, nil
		}
		found.addOPA("", &hinted)
	}
}

var (
	unsafeVar         = regexp.MustCompile(`^var (\S+) is unsafe`)
	undefinedFunction = regexp.MustCompile(`^undefined function (\S+)$`)
)

// hint says more of a name that nothing defines; "" if the error is about something else.
func (r *Revision) hint(e *ast.Error) string {
	if detail, ok := e.Details.(*ast.RefErrInvalidDetail); ok && len(detail.OneOf) > 0 {
		var known []string
		for _, value := range detail.OneOf {
			if name, ok := value.(ast.String); ok {
				known = append(known, string(name))
			}
		}
		if wrong, ok := detail.Ref[detail.Pos].Value.(ast.String); ok {
			return "undefined ref: " + detail.Ref[:detail.Pos+1].String() + schema.Suggest(string(wrong), known)
		}
	}
	if m := unsafeVar.FindStringSubmatch(e.Message); m != nil && e.Location != nil {
		return e.Message + ": nothing gives it a value" + schema.DidYouMean(m[1], r.namesAt(e.Location, m[1]))
	}
	if m := undefinedFunction.FindStringSubmatch(e.Message); m != nil {
		return e.Message + schema.DidYouMean(m[1], r.functions(e.Location))
	}
	return ""
}

// namesAt are the names that could stand at a place: rules of the package, imports, and
// the variables of the rule around it, but for the wrong one itself.
func (r *Revision) namesAt(at *ast.Location, wrong string) []string {
	here := r.modules[at.File]
	if here == nil {
		return nil
	}
	names := make(map[string]bool)
	for _, module := range r.modules {
		if module.Package.Path.Equal(here.Package.Path) {
			for _, rule := range module.Rules {
				names[rule.Head.Ref()[0].Value.(ast.Var).String()] = true
			}
		}
	}
	for _, imported := range here.Imports {
		names[imported.Name().String()] = true
	}
	var around *ast.Rule
	for _, rule := range here.Rules {
		if rule.Location.Row <= at.Row {
			around = rule
		}
	}
	if around != nil {
		ast.WalkVars(around, func(v ast.Var) bool {
			names[v.String()] = true
			return false
		})
	}
	delete(names, wrong)
	return slices.Sorted(maps.Keys(names))
}

// functions are those that could be called at a place.
func (r *Revision) functions(at *ast.Location) []string {
	var here *ast.Module
	if at != nil {
		here = r.modules[at.File]
	}
	names := make(map[string]bool)
	for _, builtin := range pure().Builtins {
		names[builtin.Name] = true
	}
	for name, module := range r.modules {
		for _, rule := range module.Rules {
			if len(rule.Head.Args) == 0 {
				continue
			}
			if here != nil && module.Package.Path.Equal(here.Package.Path) {
				names[rule.Head.Ref().String()] = true
			}
			if !isTest(name) {
				names[module.Package.Path.String()+"."+rule.Head.Ref().String()] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
