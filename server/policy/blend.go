package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"assay/server/decision"
)

// Blend makes revisions that lie between an earlier and a later one: the earlier one
// with some of the changes. It is immutable and may be used concurrently.
type Blend struct {
	from, to *Revision
	units    []decision.Unit
	// strict: a name that nothing defines is an error in what is made, as it is in what
	// it is made from. Earlier trees may not have been held to that.
	strict bool
}

var _ decision.Change = (*Blend)(nil)

// NewBlend finds out what changed between the two. What cannot change a decision -
// tests, cases, how YAML is written - is no change here.
func NewBlend(ctx context.Context, from, to *Revision) *Blend {
	b := &Blend{from: from, to: to}
	folders := make(map[string][]string)
	for _, c := range decision.DiffFiles(deciding(from.tree), deciding(to.tree)) {
		folder := path.Dir(c.Path)
		values, others := b.differences(c.Path)
		for _, name := range values {
			b.units = append(b.units, decision.Unit{Folder: folder, Value: name})
		}
		if others {
			folders[folder] = append(folders[folder], c.Path)
		}
	}
	for folder, files := range folders {
		b.units = append(b.units, decision.Unit{Folder: folder, Files: files})
	}
	slices.SortFunc(b.units, func(a, b decision.Unit) int {
		return slices.Compare([]string{a.Folder, a.Value}, []string{b.Folder, b.Value})
	})
	var undefined problems
	from.checkReferences(ctx, &undefined)
	b.strict = len(undefined) == 0
	return b
}

// deciding are the files that a decision can depend on.
func deciding(tree Tree) Tree {
	files := maps.Clone(tree)
	maps.DeleteFunc(files, func(name string, _ []byte) bool {
		switch {
		case strings.HasSuffix(name, ".rego"):
			return strings.HasSuffix(name, "_test.rego")
		case path.Base(name) == "data.yaml":
			return false
		}
		return !isSchema(name)
	})
	return files
}

func isSchema(name string) bool {
	return strings.HasPrefix(name, schemaFolder) && path.Ext(name) == ".json"
}

// differences tells which dated values of a file are others, and whether anything else
// is. A value that only one of them has goes with the rest: without the rule that uses
// it, it means nothing.
func (b *Blend) differences(name string) (values []string, others bool) {
	old, now := b.from.content(name), b.to.content(name)
	if old == nil || now == nil {
		return nil, true
	}
	before, after := datedIn(old), datedIn(now)
	for _, value := range slices.Sorted(maps.Keys(before)) {
		if v, both := after[value]; both && !reflect.DeepEqual(before[value], v) {
			values = append(values, value)
		}
	}
	return values, !reflect.DeepEqual(withValues(old, after, values), now)
}

// content is a data file as data; nil if there is none.
func (r *Revision) content(name string) map[string]any {
	d, ok := r.documents[name]
	if !ok {
		return nil
	}
	object, _ := d.value.(map[string]any)
	return object
}

// datedIn are the values of a data file that have a history.
func datedIn(content map[string]any) map[string]any {
	values, _ := content["values"].(map[string]any)
	dated := maps.Clone(values)
	maps.DeleteFunc(dated, func(_ string, v any) bool {
		value, _ := v.(map[string]any)
		_, ok := value["dated"].([]any)
		return !ok
	})
	return dated
}

// withValues is the content with some of its values taken from others.
func withValues(content, others map[string]any, names []string) map[string]any {
	if len(names) == 0 {
		return content
	}
	content = maps.Clone(content)
	values := maps.Clone(content["values"].(map[string]any))
	for _, name := range names {
		values[name] = others[name]
	}
	content["values"] = values
	return content
}

// Units implements decision.Change.
func (b *Blend) Units() []decision.Unit { return b.units }

// Take implements decision.Change.
func (b *Blend) Take(ctx context.Context, units []int) (decision.Revision, error) {
	tree := deciding(b.from.tree)
	values := make(map[string][]string) // taken, by data file
	taken := make(map[string]bool)      // files taken but for their values
	for _, i := range units {
		unit := b.units[i]
		if unit.Value != "" {
			name := path.Join(unit.Folder, "data.yaml")
			values[name] = append(values[name], unit.Value)
			continue
		}
		for _, name := range unit.Files {
			taken[name] = true
			if content, has := b.to.tree[name]; has {
				tree[name] = content
			} else {
				delete(tree, name)
			}
		}
	}
	for name := range b.mixed(values, taken) {
		content, err := b.mix(name, values[name], taken[name])
		if err != nil {
			return nil, err
		}
		tree[name] = content
	}
	return b.build(ctx, tree)
}

// mixed are the data files of which values and the rest may come from different sides.
func (b *Blend) mixed(values map[string][]string, taken map[string]bool) map[string]bool {
	mixed := make(map[string]bool)
	for name := range values {
		mixed[name] = true
	}
	for name := range taken {
		if b.from.content(name) != nil && b.to.content(name) != nil {
			mixed[name] = true
		}
	}
	return mixed
}

// mix takes some values from the later file, and the rest from it too if so wanted. It
// works on the data, so that it does not matter how the YAML is written.
func (b *Blend) mix(name string, values []string, rest bool) ([]byte, error) {
	old, now := b.from.content(name), b.to.content(name)
	mixed := withValues(old, datedIn(now), values)
	if rest {
		changed, _ := b.differences(name)
		kept := slices.DeleteFunc(changed, func(value string) bool { return slices.Contains(values, value) })
		mixed = withValues(now, datedIn(old), kept)
	}
	return writeData(name, mixed)
}

// writeData writes JSON, which is YAML.
func writeData(name string, content map[string]any) ([]byte, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return raw, nil
}

// build compiles as little as need be: most changes are of values, and the rules and
// schemas are then those of a revision that is compiled already.
func (b *Blend) build(ctx context.Context, tree Tree) (decision.Revision, error) {
	for _, compiled := range []*Revision{b.from, b.to} {
		if sameRules(tree, compiled.tree) {
			return compiled.withTree(ctx, tree, b.strict)
		}
	}
	r := newRevision(tree)
	steps := []func(context.Context, *problems){r.parse, r.loadSchemas, r.compile}
	if err := r.build(ctx, append(steps, r.finishing(b.strict)...)...); err != nil {
		return nil, err
	}
	return r, nil
}

func sameRules(a, b Tree) bool {
	data := func(name string, _ []byte) bool { return path.Base(name) == "data.yaml" }
	a, b = deciding(a), deciding(b)
	maps.DeleteFunc(a, data)
	maps.DeleteFunc(b, data)
	return maps.EqualFunc(a, b, slices.Equal)
}

// withTree is the revision of a tree that differs from r's in its data only.
func (r *Revision) withTree(ctx context.Context, tree Tree, strict bool) (*Revision, error) {
	other := newRevision(tree)
	other.modules, other.compiler, other.schemas, other.kinds = r.modules, r.compiler, r.schemas, r.kinds
	steps := []func(context.Context, *problems){other.parseAllData}
	if err := other.build(ctx, append(steps, other.finishing(strict)...)...); err != nil {
		return nil, err
	}
	return other, nil
}

// finishing are the last steps to something that can decide. Texts are left out: no
// decision depends on them, and a language that is being added is nowhere whole before
// it is whole everywhere.
func (r *Revision) finishing(strict bool) []func(context.Context, *problems) {
	if strict {
		return []func(context.Context, *problems){r.checkReferences, r.loadPrograms}
	}
	return []func(context.Context, *problems){r.loadPrograms}
}

// WithValue is the revision with another number in place of the dated value that is in
// force on the day. It need not be fit to serve.
func (r *Revision) WithValue(ctx context.Context, folder, name string, day decision.Day, number json.Number) (*Revision, error) {
	file := path.Join(folder, "data.yaml")
	value, _ := datedIn(r.content(file))[name].(map[string]any)
	if value == nil {
		return nil, fmt.Errorf("%s has no dated value %q", file, name)
	}
	dated := slices.Clone(value["dated"].([]any))
	at := -1
	for i, e := range dated {
		if since, _ := e.(map[string]any)["since"].(string); decision.Day(since) <= day {
			at = i
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("%s: %s has no value yet on %s", file, name, day)
	}
	entry := maps.Clone(dated[at].(map[string]any))
	entry["value"] = number
	dated[at] = entry
	value = maps.Clone(value)
	value["dated"] = dated

	tree := deciding(r.tree)
	var err error
	if tree[file], err = writeData(file, withValues(r.content(file), map[string]any{name: value}, []string{name})); err != nil {
		return nil, err
	}
	return r.withTree(ctx, tree, false)
}
