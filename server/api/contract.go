package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"assay/server/schema"
)

// document is the OpenAPI document, served as it is.
//
//go:embed openapi.yaml
var document []byte

// contract is the document made ready for checking requests. Its schemas are
// compiled once; it is immutable.
type contract struct {
	document   *schema.Document
	operations map[route]operation
}

// route is a method and an Echo pattern.
type route struct{ method, pattern string }

type operation struct {
	parameters []parameter
	// body is nil if the operation takes none.
	body *schema.Schema
}

type parameter struct {
	name, in string
	required bool
	// kind is the type that the text stands for.
	kind   string
	schema *schema.Schema
}

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
	parsed, err := schema.NewDocument(tree)
	if err != nil {
		return nil, err
	}
	c := &contract{document: parsed, operations: make(map[route]operation)}
	paths := object(c.at("/paths"))
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method := range object(paths[path]) {
			if method == "parameters" {
				continue
			}
			operation, err := c.compile(path, method)
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

func (c *contract) compile(path, method string) (operation, error) {
	var o operation
	base := schema.Pointer("paths", path)
	for _, list := range []string{base + "/parameters", base + "/" + method + "/parameters"} {
		declared, _ := c.at(list).([]any)
		for i := range declared {
			place := c.resolve(fmt.Sprintf("%s/%d", list, i))
			compiled, err := c.document.Schema(place + "/schema")
			if err != nil {
				return o, err
			}
			spec := object(c.at(place))
			p := parameter{schema: compiled}
			p.name, _ = spec["name"].(string)
			p.in, _ = spec["in"].(string)
			p.required, _ = spec["required"].(bool)
			p.kind, _ = object(c.at(c.resolve(place + "/schema")))["type"].(string)
			o.parameters = append(o.parameters, p)
		}
	}
	body := c.resolve(base + "/" + method + "/requestBody/content/application~1json/schema")
	if c.at(body) != nil {
		compiled, err := c.document.Schema(body)
		if err != nil {
			return o, err
		}
		o.body = compiled
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

func (c *contract) at(pointer string) any { return c.document.At(pointer) }

func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func echoPattern(path string) string { return pathParameter.ReplaceAllString(path, ":$1") }

// enforce checks requests to the operations of the document; other routes pass.
func (c *contract) enforce(bodyLimit int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			operation, ok := c.operations[route{ctx.Request().Method, ctx.Path()}]
			if !ok {
				return next(ctx)
			}
			if err := checkParameters(operation, ctx); err != nil {
				return err
			}
			if operation.body != nil {
				if err := checkBody(operation.body, ctx, bodyLimit); err != nil {
					return err
				}
			}
			return next(ctx)
		}
	}
}
