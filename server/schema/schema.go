// Package schema checks JSON values against JSON Schemas and says in plain words
// what is wrong and where, without repeating the values themselves.
package schema

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Schema is a compiled JSON Schema. It may be used concurrently.
type Schema struct{ root *jsonschema.Schema }

// Problem is one thing wrong with a value.
type Problem struct {
	// Path leads to the value, part by part; Pointer writes it as a JSON pointer.
	Path    []string
	Message string
}

// Pointer is the RFC 6901 JSON pointer to the value.
func (p Problem) Pointer() string { return Pointer(p.Path...) }

// Pointer joins the parts to a JSON pointer.
func Pointer(path ...string) string {
	var b strings.Builder
	for _, part := range path {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return b.String()
}

// Compile compiles the schema at the fragment of the document, "" for the whole.
// The document is decoded JSON; formats are asserted, and nothing is ever fetched.
func Compile(document any, fragment string) (*Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(offline{})
	const url = "schema:///document.json"
	if err := c.AddResource(url, document); err != nil {
		return nil, err
	}
	root, err := c.Compile(url + "#" + fragment)
	if err != nil {
		return nil, err
	}
	return &Schema{root}, nil
}

type offline struct{}

func (offline) Load(url string) (any, error) {
	return nil, fmt.Errorf("schemas are not fetched: %s", url)
}

// Check validates a decoded JSON value, whose numbers should be json.Number, and
// returns what is wrong with it in the order of the document.
func (s *Schema) Check(value any) []Problem {
	err := s.root.Validate(value)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []Problem{{Message: err.Error()}}
	}
	problems := s.flatten(invalid, nil)
	slices.SortStableFunc(problems, func(a, b Problem) int { return slices.Compare(a.Path, b.Path) })
	return slices.CompactFunc(problems, func(a, b Problem) bool {
		return a.Message == b.Message && slices.Equal(a.Path, b.Path)
	})
}

// flatten keeps the leaves of the tree of errors. The branches of an anyOf belong
// together and become one problem.
func (s *Schema) flatten(e *jsonschema.ValidationError, problems []Problem) []Problem {
	path := e.InstanceLocation
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			problems = append(problems, Problem{path, "missing field " + strconv.Quote(name)})
		}
		return problems
	case *kind.AdditionalProperties:
		known := s.fields(path)
		for _, name := range k.Properties {
			message := "unknown field " + strconv.Quote(name)
			if near := Nearest(name, known); near != "" {
				message += "; did you mean " + strconv.Quote(near) + "?"
			} else if len(known) > 0 {
				message += "; known are " + strings.Join(known, ", ")
			}
			problems = append(problems, Problem{append(slices.Clone(path), name), message})
		}
		return problems
	case *kind.AnyOf, *kind.OneOf:
		var branches []string
		for _, cause := range e.Causes {
			for _, p := range s.flatten(cause, nil) {
				branches = append(branches, p.Message)
			}
		}
		return append(problems, Problem{path, strings.Join(branches, ", or ")})
	}
	if len(e.Causes) == 0 {
		return append(problems, Problem{path, describe(e.ErrorKind)})
	}
	for _, cause := range e.Causes {
		problems = s.flatten(cause, problems)
	}
	return problems
}

func describe(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be " + article(strings.Join(k.Want, " or ")) + ", is " + article(k.Got)
	case *kind.Enum:
		return "must be one of " + list(k.Want)
	case *kind.Const:
		return "must be " + list([]any{k.Want})
	case *kind.Format:
		return "is not a valid " + k.Want
	case *kind.Pattern:
		return "does not match the pattern " + k.Want
	case *kind.Minimum:
		return "must be at least " + k.Want.RatString()
	case *kind.Maximum:
		return "must be at most " + k.Want.RatString()
	case *kind.MinLength:
		if k.Want == 1 {
			return "must not be empty"
		}
		return fmt.Sprintf("must have at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters", k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d, has %d", k.Want, k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d, has %d", k.Want, k.Got)
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %d of its fields", k.Want)
	case *kind.UniqueItems:
		return fmt.Sprintf("items %d and %d are the same", k.Duplicates[0], k.Duplicates[1])
	case *kind.FalseSchema:
		return "is not allowed here"
	default:
		return fmt.Sprintf("breaks the rule %s of its schema", strings.Join(k.KeywordPath(), "/"))
	}
}

func article(what string) string {
	switch what {
	case "null":
		return what
	case "array", "integer", "object":
		return "an " + what
	default:
		return "a " + what
	}
}

func list(values []any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, ", ")
}

// fields are the names an object at the path may have, sorted.
func (s *Schema) fields(path []string) []string {
	var names []string
	for _, sch := range s.at(path) {
		for name := range sch.Properties {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// at finds the schemas that describe the value at the path.
func (s *Schema) at(path []string) []*jsonschema.Schema {
	current := spread([]*jsonschema.Schema{s.root})
	for _, part := range path {
		var next []*jsonschema.Schema
		for _, sch := range current {
			if property, ok := sch.Properties[part]; ok {
				next = append(next, property)
			} else if additional, ok := sch.AdditionalProperties.(*jsonschema.Schema); ok {
				next = append(next, additional)
			}
			if items, ok := sch.Items.(*jsonschema.Schema); ok {
				next = append(next, items)
			}
			if sch.Items2020 != nil {
				next = append(next, sch.Items2020)
			}
		}
		current = spread(next)
	}
	return current
}

// spread follows references and the parts of allOf, anyOf and oneOf.
func spread(schemas []*jsonschema.Schema) []*jsonschema.Schema {
	var all []*jsonschema.Schema
	for len(schemas) > 0 && len(all) < 100 {
		sch := schemas[0]
		schemas = schemas[1:]
		all = append(all, sch)
		if sch.Ref != nil {
			schemas = append(schemas, sch.Ref)
		}
		schemas = append(schemas, sch.AllOf...)
		schemas = append(schemas, sch.AnyOf...)
		schemas = append(schemas, sch.OneOf...)
	}
	return all
}

// Nearest is the known word that a misspelt one most likely meant, or "".
func Nearest(word string, known []string) string {
	best, bestDistance := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}
