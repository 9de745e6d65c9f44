package policy

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"assay/server/decision"
)

// Rewrite gives the file of a case with what comes out now as what must come out; the
// bytes of the file if nothing differs. Story, question, comments and order stay, and so
// does what still holds: a status without its reason is not made more exact.
func (r *Revision) Rewrite(ctx context.Context, c Case, render Render) ([]byte, error) {
	wrong, err := r.Run(ctx, c, render)
	if err != nil || len(wrong) == 0 {
		return r.tree[c.File], err
	}
	d, err := r.DecideCase(ctx, c)
	if err != nil {
		return nil, err
	}
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return nil, err
	}
	archive := txtar.Parse(r.tree[c.File])
	if wrong, err = r.Run(ctx, c, nil); err != nil {
		return nil, err
	}
	for i, file := range archive.Files {
		if file.Name == "decision.yaml" && len(wrong) > 0 {
			if archive.Files[i].Data, err = expect(file.Data, c.Want, result); err != nil {
				return nil, err
			}
		}
	}
	for _, language := range slices.Sorted(maps.Keys(r.texts)) {
		name, text := "explanation."+language+".txt", []byte(render(r, language, d))
		i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
		if i < 0 {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: text})
			continue
		}
		archive.Files[i].Data = text
	}
	content := txtar.Format(archive)
	written, err := r.readCase(c.File, content)
	if err != nil {
		return nil, err
	}
	if wrong, err := r.Run(ctx, written, render); err != nil || len(wrong) > 0 {
		return nil, errors.Join(err, errors.New("cannot be rewritten: "+strings.Join(wrong, "; ")))
	}
	return content, nil
}

// expect changes decision.yaml where the result is another one.
func expect(content []byte, want CaseDecision, result decision.Result) ([]byte, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, err
	}
	root := file.Content[0]
	set(root, "outcome", string(result.Outcome))
	requirements, flags := below(root, "requirements"), below(root, "flags")
	gone, unflagged := maps.Clone(want.Requirements), maps.Clone(want.Flags)
	for _, f := range result.Findings {
		if !want.holds(f) {
			if requirements == nil {
				requirements = &yaml.Node{Kind: yaml.MappingNode}
				insert(root, 1, "requirements", requirements)
			}
			set(requirements, f.ID, described(f))
		}
		delete(gone, f.ID)
		delete(unflagged, f.ID)
		if list := below(flags, f.ID); list != nil {
			list.Content = slices.DeleteFunc(list.Content, func(flag *yaml.Node) bool { return !slices.Contains(f.Flags, flag.Value) })
			if len(list.Content) == 0 {
				remove(flags, f.ID)
			}
		}
	}
	for id := range gone {
		remove(requirements, id)
	}
	for id := range unflagged {
		remove(flags, id)
	}
	for _, name := range []string{"requirements", "flags"} {
		if group := below(root, name); group != nil && len(group.Content) == 0 {
			remove(root, name)
		}
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&file); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// below finds the value of a key; nil if there is none.
func below(mapping *yaml.Node, key string) *yaml.Node {
	if i := keyAt(mapping, key); i >= 0 {
		return mapping.Content[i+1]
	}
	return nil
}

func keyAt(mapping *yaml.Node, key string) int {
	if mapping == nil {
		return -1
	}
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// set changes a text or adds it at the end.
func set(mapping *yaml.Node, key, text string) {
	if value := below(mapping, key); value != nil {
		value.SetString(text)
		return
	}
	value := &yaml.Node{}
	value.SetString(text)
	insert(mapping, len(mapping.Content)/2, key, value)
}

// insert adds an entry before the one that has the position.
func insert(mapping *yaml.Node, position int, key string, value *yaml.Node) {
	name := &yaml.Node{}
	name.SetString(key)
	mapping.Content = slices.Insert(mapping.Content, min(2*position, len(mapping.Content)), name, value)
}

func remove(mapping *yaml.Node, key string) {
	if i := keyAt(mapping, key); i >= 0 {
		mapping.Content = slices.Delete(mapping.Content, i, i+2)
	}
}
