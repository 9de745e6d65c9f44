package policy

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/decision"
	"assay/server/schema"
)

// Between implements decision.Between for revisions of this package.
func Between(ctx context.Context, from, to decision.Revision) (decision.Change, error) {
	earlier, ok := from.(*Revision)
	later, also := to.(*Revision)
	if !ok || !also {
		return nil, fmt.Errorf("%T and %T cannot be compared", from, to)
	}
	return NewBlend(ctx, earlier, later), nil
}

// Candidate is a tree with some of its files changed, compiled and held against its
// contracts; a nil content takes a file away. It is not tested and does not serve. A new
// file that nothing would read is refused: it is most likely meant for another place, and
// would be said to change nothing.
func Candidate(ctx context.Context, from decision.Revision, changed map[string][]byte) (decision.Revision, error) {
	tree, before := Tree(from.Files()), Tree(from.Files())
	var added []string
	var wrong []decision.Problem
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		content, at := changed[name], "/files"+schema.Pointer(name)
		_, exists := tree[name]
		switch {
		case !validPath(name):
			wrong = append(wrong, decision.Problem{Pointer: at, Detail: "is not the path of a file of a policy tree: relative, with slashes, .rego, .yaml, .json or .txtar"})
		case content == nil && !exists:
			wrong = append(wrong, decision.Problem{Pointer: at, Detail: "cannot be taken away: the tree has no such file" + meant(name, before)})
		case content == nil:
			delete(tree, name)
		default:
			tree[name] = content
			if !exists {
				added = append(added, name)
			}
		}
	}
	if len(wrong) > 0 {
		return nil, &decision.InvalidError{Problems: wrong}
	}
	r, err := Load(ctx, tree)
	if err != nil {
		return nil, err
	}
	for _, name := range added {
		if !r.reads(name) {
			wrong = append(wrong, decision.Problem{Pointer: "/files" + schema.Pointer(name), Detail: "nothing would read it" + meant(name, before)})
		}
	}
	if len(wrong) > 0 {
		return nil, &decision.InvalidError{Problems: wrong}
	}
	return r, nil
}

// reads tells whether anything of the tree can depend on the file. That Rego lies where
// its package says has been checked.
func (r *Revision) reads(name string) bool {
	switch folder := path.Dir(name); {
	case path.Ext(name) == ".rego", isSchema(name):
		return true
	case name == manifest, name == survivorsFile, name == budgetsFile, name == retentionFile, name == languagesFile:
		return true
	case path.Base(folder) == "cases":
		return r.programs[caseProgram(name)] != nil
	case path.Base(name) == "data.yaml":
		return r.refersTo(strings.ReplaceAll(folder, "/", "."))
	}
	return false
}

// checkRead warns of files that nothing reads: whatever they were meant to change, they do
// not.
func (r *Revision) checkRead(warnings *problems) {
	for _, name := range r.tree.Paths() {
		if !r.reads(name) {
			warnings.add(name, 1, "nothing reads it%s", meant(name, r.tree))
		}
	}
}

// refersTo tells whether a rule or a test names the package, something in it, or
// something that it is in; or whether it is a requirement or a program, whose data is
// read without being named.
func (r *Revision) refersTo(pkg string) bool {
	if r.requirementPackages()[pkg] != nil || r.programs[pkg] != nil {
		return true
	}
	named := ast.DefaultRootRef.Copy()
	for _, part := range strings.Split(pkg, ".") {
		if part != "" { // data.yaml at the top of the tree
			named = named.Append(ast.StringTerm(part))
		}
	}
	found := false
	for _, modules := range []map[string]*ast.Module{r.modules, r.compiler.Modules} {
		for _, module := range modules {
			ast.WalkRefs(module, func(ref ast.Ref) bool {
				if ref.HasPrefix(ast.DefaultRootRef) && len(ref) > 1 {
					prefix := ref.ConstantPrefix()
					found = found || prefix.HasPrefix(named) || named.HasPrefix(prefix)
				}
				return found
			})
		}
	}
	return found
}

// meant ends a message about a path that is out of place with the one that was most
// likely meant: the path of a file of the tree that it ends with, or that ends with it;
// or without the folders above the first one that the tree has.
func meant(name string, tree Tree) string {
	var shorter []string // by ever more folders at its beginning
	for _, below, ok := strings.Cut(name, "/"); ok; _, below, ok = strings.Cut(below, "/") {
		shorter = append(shorter, below)
	}
	for _, below := range shorter {
		if _, exists := tree[below]; exists {
			return didYouMean(below)
		}
	}
	for _, other := range tree.Paths() {
		if strings.HasSuffix(other, "/"+name) {
			return didYouMean(other)
		}
	}
	for _, below := range shorter {
		if folder, _, ok := strings.Cut(below, "/"); ok && tree.hasFolder(folder) {
			return didYouMean(below)
		}
	}
	known := append(tree.Paths(), budgetsFile, languagesFile, survivorsFile)
	return schema.Suggest(name, slices.DeleteFunc(known, func(other string) bool { return other == name }))
}

func didYouMean(name string) string { return "; did you mean " + strconv.Quote(name) + "?" }

func (t Tree) hasFolder(folder string) bool {
	for name := range t {
		if strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return false
}
