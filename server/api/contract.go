package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"assay/server/decision"
)

// document is the OpenAPI document, served as it is.
//
//go:embed openapi.yaml
var document []byte

// contract is the document made ready for checking requests. Its schemas are
// compiled once; it is immutable.
type contract struct {
	tree       any
	operations map[route]operation
}

// route is a method and an Echo pattern.
type route struct{ method, pattern string }

type operation struct {
	parameters []parameter
	// body is nil if the operation takes none.
	body *jsonschema.Schema
}

type parameter struct {
	name, in string
	required bool
	// whole: the text stands for a whole number.
	whole  bool
	schema *jsonschema.Schema
}

const documentURL = "assay:openapi"

func mustContract(document []byte) *contract {
	c, err := newContract(document)
	if err != nil {
		panic(fmt.Errorf("the OpenAPI document: %w", err))
	}
	return c
}

func newContract(document []byte) (*contract, error) {
	tree, err := readYAML(document)
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.RegisterFormat(&jsonschema.Format{Name: "date", Validate: checkDay})
	compiler.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: checkInstant})
	if err := compiler.AddResource(documentURL, tree); err != nil {
		return nil, err
	}
	c := &contract{tree: tree, operations: make(map[route]operation)}
	paths := object(c.at("/paths"))
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method := range object(paths[path]) {
			if method == "parameters" {
				continue
			}
			operation, err := c.compile(compiler, path, method)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			c.operations[route{strings.ToUpper(method), echoPattern(path)}] = operation
		}
	}
	return c, nil
}

// readYAML goes through JSON, so that numbers are what the validator expects.
func readYAML(document []byte) (any, error) {
	var tree any
	if err := yaml.Unmarshal(document, &tree); err != nil {
		return nil, err
	}
	asJSON, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
}

func (c *contract) compile(compiler *jsonschema.Compiler, path, method string) (operation, error) {
	var o operation
	base := pointerTo("paths", path)
	for _, list := range []string{base + "/parameters", base + "/" + method + "/parameters"} {
		declared, _ := c.at(list).([]any)
		for i := range declared {
			place := c.resolve(fmt.Sprintf("%s/%d", list, i))
			schema, err := compiler.Compile(documentURL + "#" + place + "/schema")
			if err != nil {
				return o, err
			}
			spec := object(c.at(place))
			p := parameter{schema: schema}
			p.name, _ = spec["name"].(string)
			p.in, _ = spec["in"].(string)
			p.required, _ = spec["required"].(bool)
			p.whole = object(c.at(c.resolve(place + "/schema")))["type"] == "integer"
			o.parameters = append(o.parameters, p)
		}
	}
	body := c.resolve(base + "/" + method + "/requestBody/content/application~1json/schema")
	if c.at(body) != nil {
		schema, err := compiler.Compile(documentURL + "#" + body)
		if err != nil {
			return o, err
		}
		o.body = schema
	}
	return o, nil
}

// resolve follows references from one place of the document to the next.
func (c *contract) resolve(pointer string) string {
	for {
		ref, ok := object(c.at(pointer))["$ref"].(string)
		if !ok {
			return pointer
		}
		pointer = strings.TrimPrefix(ref, "#")
	}
}

// at finds the value at a JSON pointer, nil if there is none.
func (c *contract) at(pointer string) any {
	value := c.tree
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			var i int
			if _, err := fmt.Sscanf(token, "%d", &i); err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

func pointerTo(tokens ...string) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return b.String()
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func echoPattern(path string) string { return pathParameter.ReplaceAllString(path, ":$1") }

func checkDay(value any) error {
	s, ok := value.(string)
	if !ok {
		return nil // the type is another keyword's business
	}
	_, err := decision.ParseDay(s)
	return err
}

// rfc3339 is there because time.Parse takes a comma for a point and 1 for 01.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// checkInstant keeps to the years that sort as text.
func checkInstant(value any) error {
	s, ok := value.(string)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return err
	}
	if !rfc3339.MatchString(s) {
		return errors.New("not RFC 3339")
	}
	if year := t.UTC().Year(); year < 1000 || year > 9999 {
		return fmt.Errorf("year %d", year)
	}
	return nil
}

// enforce checks requests to the operations of the document; other routes pass.
func (c *contract) enforce(bodyLimit int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			operation, ok := c.operations[route{ctx.Request().Method, ctx.Path()}]
			if !ok {
				return next(ctx)
			}
			if err := c.checkParameters(operation, ctx); err != nil {
				return err
			}
			if operation.body != nil {
				if err := c.checkBody(operation.body, ctx, bodyLimit); err != nil {
					return err
				}
			}
			return next(ctx)
		}
	}
}
