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
		r.checkMissing(name, found)
	}
}

// checkMissing looks up the kinds of facts that a requirement says are missing.
func (r *Revision) checkMissing(name string, found *problems) {
	for _, rule := range r.modules[name].Rules {
		if rule.Head.Key == nil || rule.Head.Ref()[0].Value.Compare(ast.Var("missing")) != 0 {
			continue
		}
		object, ok := rule.Head.Key.Value.(ast.Object)
		if !ok {
			continue
		}
		kind := object.Get(ast.StringTerm("kind"))
		if kind == nil {
			continue
		}
		if text, ok := kind.Value.(ast.String); ok && r.kinds[string(text)] == nil {
			found.add(name, kind.Location.Row, "%s: %s", string(text), unknownKind(string(text), r.kinds))
		}
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
		above := node
		if node != nil {
			node = node.Child(part)
		}
		if node != nil && len(node.Values) > 0 {
			return "" // a rule; what lies below is known when it is evaluated
		}
		object, _ := data.(map[string]any)
		below, exists := object[string(part)]
		if !exists && node == nil {
			return r.notDefined(ref[:i+2], above, object)
		}
		data = below
	}
	return ""
}

// notDefined tells of a name that neither the rules nor the data of its place have.
func (r *Revision) notDefined(ref ast.Ref, rules *ast.TreeNode, data map[string]any) string {
	parts := make([]string, 0, len(ref))
	for _, term := range ref[1:] {
		parts = append(parts, string(term.Value.(ast.String)))
	}
	message := "nothing defines " + ref.String()
	last := parts[len(parts)-1]
	known := slices.Sorted(maps.Keys(data))
	if near := schema.DidYouMean(last, slices.Concat(known, namesBelow(rules))); near != "" {
		return message + near
	}
	if len(known) > 0 {
		return message + schema.Suggest(last, known)
	}
	if file := r.dataFileAbove(parts); file != "" {
		return message + " (expected in " + file + ")"
	}
	return message
}

// namesBelow are the packages and rules right below a place.
func namesBelow(place *ast.TreeNode) []string {
	var names []string
	if place != nil {
		for name := range place.Children {
			if text, ok := name.(ast.String); ok {
				names = append(names, string(text))
			}
		}
	}
	slices.Sort(names)
	return names
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
