// Package schema checks JSON values against JSON Schemas and says in plain words
// what is wrong and where, without repeating the values themselves.
package schema

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Document is a JSON document with schemas in it.
type Document struct {
	compiler *jsonschema.Compiler
	root     any
}

// Schema is a compiled JSON Schema. It may be used concurrently.
type Schema struct {
	document *Document
	root     *jsonschema.Schema
}

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

const documentURL = "assay:///document"

// NewDocument takes decoded JSON. Formats are asserted, days and instants as package
// decision has them, and nothing is ever fetched.
func NewDocument(root any) (*Document, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "date", Validate: checkDay})
	c.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: checkInstant})
	c.UseLoader(offline{})
	if err := c.AddResource(documentURL, root); err != nil {
		return nil, err
	}
	return &Document{c, root}, nil
}

// Schema compiles the schema at the JSON pointer, "" for the document itself.
func (d *Document) Schema(pointer string) (*Schema, error) {
	root, err := d.compiler.Compile(documentURL + "#" + pointer)
	if err != nil {
		return nil, err
	}
	return &Schema{d, root}, nil
}

// Compile compiles a document that is one schema.
func Compile(root any) (*Schema, error) {
	d, err := NewDocument(root)
	if err != nil {
		return nil, err
	}
	return d.Schema("")
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
	slices.SortStableFunc(problems, func(a, b Problem) int { return slices.CompareFunc(a.Path, b.Path, byPosition) })
	return slices.CompactFunc(problems, func(a, b Problem) bool {
		return a.Message == b.Message && slices.Equal(a.Path, b.Path)
	})
}

// byPosition compares positions in a list as numbers: 10 comes after 9.
func byPosition(a, b string) int {
	i, errA := strconv.Atoi(a)
	j, errB := strconv.Atoi(b)
	if errA == nil && errB == nil {
		return cmp.Compare(i, j)
	}
	return cmp.Compare(a, b)
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
			message := "unknown field " + strconv.Quote(name) + Suggest(name, known)
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
		return append(problems, Problem{path, s.describe(e)})
	}
	for _, cause := range e.Causes {
		problems = s.flatten(cause, problems)
	}
	return problems
}

func (s *Schema) describe(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		wanted := make([]string, len(k.Want))
		for i, t := range k.Want {
			wanted[i] = typeNames[t]
		}
		return "must be " + strings.Join(wanted, " or ") + ", is " + typeNames[k.Got]
	case *kind.Enum:
		return "must be one of " + list(k.Want)
	case *kind.Const:
		return "must be " + list([]any{k.Want})
	case *kind.Format:
		if name, ok := formatNames[k.Want]; ok {
			return "must be " + name
		}
		return "is not a valid " + k.Want
	case *kind.Pattern:
		if expects := s.expects(e.SchemaURL); expects != "" {
			return "must be " + expects
		}
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
		return "breaks the rule " + strings.Join(k.KeywordPath(), "/") + " of its schema"
	}
}

var typeNames = map[string]string{
	"string": "a string", "number": "a number", "integer": "a whole number",
	"object": "an object", "array": "a list", "boolean": "true or false", "null": "null",
}

var formatNames = map[string]string{
	"date":      "a day, YYYY-MM-DD",
	"date-time": "an instant as in RFC 3339, such as 2026-03-01T09:30:00Z",
}

// expects is what the schema says in plain words next to a pattern, under x-expects.
func (s *Schema) expects(schemaURL string) string {
	_, fragment, _ := strings.Cut(schemaURL, "#")
	if unescaped, err := url.PathUnescape(fragment); err == nil {
		fragment = unescaped
	}
	object, _ := s.document.At(fragment).(map[string]any)
	expects, _ := object["x-expects"].(string)
	return expects
}

// At finds the value at a JSON pointer of the document, nil if there is none.
func (d *Document) At(pointer string) any {
	value := d.root
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
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

// Suggest ends a message about an unknown word: with the known one that it most
// likely misspells, else with all that are known if they are few.
func Suggest(word string, known []string) string {
	if near := DidYouMean(word, known); near != "" {
		return near
	}
	if len(known) == 0 || len(known) > 30 {
		return ""
	}
	return "; known are " + strings.Join(known, ", ")
}

// DidYouMean is Suggest where there are too many known words to list them.
func DidYouMean(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "; did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// nearest allows for at most two wrong letters, and at most half of the word.
func nearest(word string, known []string) string {
	if len(word) > 64 {
		return "" // no slip of the pen
	}
	best, distance := "", min(3, (len(word)+2)/2)
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}
