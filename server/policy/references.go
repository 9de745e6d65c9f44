package policy

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/schema"
)

// checkReferences looks up every name under data that a policy refers to. To OPA a
// name that nothing defines is merely undefined, so a misspelt or deleted value
// would quietly make everybody's requirement unknown.
func (r *Revision) checkReferences(_ context.Context, found *problems) {
	for _, name := range slices.Sorted(maps.Keys(r.compiler.Modules)) {
		module := r.compiler.Modules[name]
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if ref.HasPrefix(ast.DefaultRootRef) && ref[0].Location != nil {
				if missing := r.unresolved(ref); missing != "" {
					found.add(name, ref[0].Location.Row, "%s", missing)
				}
			}
			return false
		})
	}
}

// unresolved follows the constant part of the reference through rules and data.
func (r *Revision) unresolved(ref ast.Ref) string {
	node := r.compiler.RuleTree.Child(ref[0].Value)
	var data any = r.data
	for i, term := range ref[1:] {
		part, constant := term.Value.(ast.String)
		if !constant {
			return ""
		}
		if node != nil {
			node = node.Child(part)
		}
		if node != nil && len(node.Values) > 0 {
			return "" // a rule; what lies below is known when it is evaluated
		}
		object, _ := data.(map[string]any)
		below, exists := object[string(part)]
		if !exists && node == nil {
			return r.notDefined(ref[:i+2], object)
		}
		data = below
	}
	return ""
}

func (r *Revision) notDefined(ref ast.Ref, siblings map[string]any) string {
	parts := make([]string, 0, len(ref))
	for _, term := range ref[1:] {
		parts = append(parts, string(term.Value.(ast.String)))
	}
	message := "nothing defines " + ref.String()
	last := parts[len(parts)-1]
	if len(siblings) > 0 {
		return message + schema.Suggest(last, slices.Sorted(maps.Keys(siblings)))
	}
	if file := r.dataFileAbove(parts); file != "" {
		return message + " (expected in " + file + ")"
	}
	return message
}

// dataFileAbove guesses the data file in which a name was meant to stand: that of the
// deepest folder on its way that has policies.
func (r *Revision) dataFileAbove(parts []string) string {
	for i := len(parts) - 1; i > 0; i-- {
		folder := strings.Join(parts[:i], "/")
		for name := range r.modules {
			if path.Dir(name) == folder {
				return folder + "/data.yaml"
			}
		}
	}
	return ""
}
