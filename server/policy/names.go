package policy

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"assay/server/decision"
	"assay/server/schema"
)

// checkNames looks up what data names. A contract says it of a text, or of all texts below,
// with two keywords: x-names lists what may be meant, each "program", "action", "kind" or
// the package of a folder of requirements; x-over lists the placeholders that are filled.
// It comes after what Rego refers to: a requirement that is gone is told where it is used.
func (r *Revision) checkNames(_ context.Context, found *problems) {
	n := names{revision: r, packages: r.packages(), found: found, lists: make(map[string][]string)}
	for _, name := range slices.Sorted(maps.Keys(r.documents)) {
		n.check(name, n.packages.contractOf(name), r.documents[name])
	}
	for _, name := range r.tree.with(".yaml") {
		if contract := contractBeside(name); contract != "" {
			if d, err := parseYAML(r.tree[name]); err == nil { // else the contract has refused it
				n.check(name, contract, d)
			}
		}
	}
}

// names walks documents along their contracts.
type names struct {
	revision *Revision
	packages packages
	found    *problems
	// lists are what may be named, by the word of the contract.
	lists map[string][]string
	// root is the contract of the document with the name.
	root     map[string]any
	name     string
	document *document
}

func (n *names) check(name, contract string, d *document) {
	content := n.revision.tree[contract]
	n.root, n.name, n.document = nil, name, d
	if !bytes.Contains(content, []byte(`"x-`)) || util.UnmarshalJSON(content, &n.root) != nil {
		return // nothing is asked of it, or that was told before
	}
	n.walk(n.root, d.value, nil, nil, nil)
}

func (n *names) walk(contract, value any, at []string, named, over []any) {
	object, ok := contract.(map[string]any)
	if !ok {
		return
	}
	if list, ok := object["x-names"].([]any); ok {
		named = list
	}
	if list, ok := object["x-over"].([]any); ok {
		over = list
	}
	if ref, ok := object["$ref"].(string); ok {
		definitions, _ := n.root["definitions"].(map[string]any)
		n.walk(definitions[strings.TrimPrefix(ref, "#/definitions/")], value, at, named, over)
		return
	}
	switch v := value.(type) {
	case map[string]any:
		properties, _ := object["properties"].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			below, ok := properties[key]
			if !ok {
				below = object["additionalProperties"]
			}
			n.walk(below, v[key], append(slices.Clone(at), key), named, over)
		}
	case []any:
		for i, item := range v {
			n.walk(object["items"], item, append(slices.Clone(at), itoa(i)), named, over)
		}
	case string:
		n.look(v, at, texts(named), texts(over))
	}
}

func texts(list []any) []string {
	if list == nil {
		return nil
	}
	words := []string{} // of nothing nothing may be named
	for _, item := range list {
		if word, ok := item.(string); ok {
			words = append(words, word)
		}
	}
	return words
}

func (n *names) look(text string, at, named, over []string) {
	add := func(format string, args ...any) {
		n.found.add(n.name, n.document.line(at), "%s: %s", strings.Join(at, "."), fmt.Sprintf(format, args...))
	}
	if named != nil {
		what, known := n.known(named)
		if !slices.Contains(known, text) {
			add("there is no "+what+"%s", text, schema.Suggest(text, known))
		}
	}
	if over != nil {
		for _, placeholder := range decision.Placeholders(text) {
			if !slices.Contains(over, placeholder) {
				add("nothing fills {%s}%s", placeholder, schema.Suggest(placeholder, over))
			}
		}
	}
}

// known lists what may be named, and says with %q what that is.
func (n *names) known(named []string) (what string, known []string) {
	var nouns, folders []string
	for _, word := range named {
		if _, listed := n.lists[word]; !listed {
			n.lists[word] = n.list(word)
		}
		known = append(known, n.lists[word]...)
		switch word {
		case "program", "action":
			nouns = append(nouns, word)
		case "kind":
			nouns = append(nouns, "kind of fact")
		default:
			folders = append(folders, strings.ReplaceAll(word, ".", "/"))
		}
	}
	if folders == nil {
		return strings.Join(nouns, " or ") + " %q", known
	}
	return strings.Join(append(nouns, "requirement"), " or ") + " %q in " + strings.Join(folders, " or "), known
}

func (n *names) list(word string) []string {
	switch word {
	case "program":
		return slices.Sorted(maps.Keys(n.packages.programs))
	case "kind":
		return slices.Sorted(maps.Keys(n.revision.kinds))
	case "action":
		return n.actions()
	}
	return n.packages.requirementsIn(word)
}

func (n *names) actions() []string {
	var list []string
	for pkg := range n.packages.programs {
		if d := n.revision.documents[dataFile(pkg)]; d != nil {
			var data programData
			if d.decode(&data) == nil { // else the contract has refused it
				list = slices.AppendSeq(list, maps.Keys(data.Actions))
			}
		}
	}
	slices.Sort(list)
	return list
}

// packages are those that are requirements and those that are programs, with the place of
// the rule that makes them so.
type packages struct{ requirements, programs map[string]*ast.Location }

func (r *Revision) packages() packages {
	return packages{requirements: r.requirementPackages(), programs: r.programPackages()}
}

// requirementsIn are the names of the requirements right below a package.
func (p packages) requirementsIn(folder string) []string {
	var list []string
	for pkg := range p.requirements {
		if name, ok := strings.CutPrefix(pkg, folder+"."); ok && !strings.Contains(name, ".") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// contractOf is the file of the contract that a data file has to keep, whether or not the
// tree has it.
func (p packages) contractOf(name string) string {
	pkg := strings.ReplaceAll(path.Dir(name), "/", ".")
	switch {
	case p.programs[pkg] != nil:
		return programContract
	case p.requirements[pkg] != nil:
		return requirementContract
	}
	return contractFolder + pkg + ".json"
}

// contractBeside is the same of a file that is for authors' tools only; "" of any other.
func contractBeside(name string) string {
	switch {
	case name == survivorsFile:
		return survivorsContract
	case strings.HasSuffix(name, "/cases/"+ProbesFile):
		return probesContract
	}
	return ""
}

// whereNamed finds the data file that gives a program a name: not in the texts, and not in
// the data of a requirement.
func (r *Revision) whereNamed(word string) (file string, line int) {
	packages := r.packages()
	for _, name := range slices.Sorted(maps.Keys(r.documents)) {
		if name == languagesFile || packages.contractOf(name) == requirementContract {
			continue
		}
		d := r.documents[name]
		if at := pathTo(d.value, word, nil); at != nil {
			return name, d.line(at)
		}
	}
	return "", 0
}

func pathTo(value any, word string, at []string) []string {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if len(at) > 0 || key != "texts" {
				if found := pathTo(v[key], word, append(slices.Clone(at), key)); found != nil {
					return found
				}
			}
		}
	case []any:
		for i, item := range v {
			if found := pathTo(item, word, append(slices.Clone(at), itoa(i))); found != nil {
				return found
			}
		}
	case string:
		if v == word {
			return at
		}
	}
	return nil
}
