package policy

import (
	"context"
	"maps"
	"slices"

	"assay/server/decision"
	"assay/server/schema"
)

// Candidate is a tree with some of its files changed, compiled and held against its
// contracts; a nil content takes a file away. It is not tested and does not serve.
func Candidate(ctx context.Context, from decision.Revision, changed map[string][]byte) (decision.Revision, error) {
	tree := Tree(from.Files())
	var wrong []decision.Problem
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		content, at := changed[name], "/files"+schema.Pointer(name)
		_, exists := tree[name]
		switch {
		case !validPath(name):
			wrong = append(wrong, decision.Problem{Pointer: at, Detail: "is not the path of a file of a policy tree: relative, with slashes, .rego, .yaml, .json or .txtar"})
		case content == nil && !exists:
			wrong = append(wrong, decision.Problem{Pointer: at, Detail: "cannot be taken away: the tree has no such file"})
		case content == nil:
			delete(tree, name)
		default:
			tree[name] = content
		}
	}
	if len(wrong) > 0 {
		return nil, &decision.InvalidError{Problems: wrong}
	}
	r, err := Load(ctx, tree)
	if err != nil {
		return nil, err
	}
	return r, nil
}
