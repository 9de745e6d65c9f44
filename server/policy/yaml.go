package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay/server/schema"
)

// document is a YAML file as data, with the lines its values stand on.
type document struct {
	// value has the types of decoded JSON, numbers as json.Number.
	value any
	// lines are by JSON pointer; a mapping's entry stands where its key stands.
	lines map[string]int
}

// yamlError is a mistake in a YAML file itself.
type yamlError struct {
	line    int
	message string
}

func (e *yamlError) Error() string { return e.message }

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// parseYAML reads YAML 1.2's JSON-like core, as OPA does: "on" and "yes" are text,
// and so is an unquoted day. Duplicate keys are refused.
func parseYAML(content []byte) (*document, error) {
	dec := yaml.NewDecoder(bytes.NewReader(content))
	var root yaml.Node
	if err := dec.Decode(&root); errors.Is(err, io.EOF) {
		return nil, &yamlError{1, "the file is empty"}
	} else if err != nil {
		return nil, asYAMLError(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, &yamlError{1, "holds more than one document"}
	}
	d := &document{lines: make(map[string]int)}
	var err error
	d.value, err = d.read(&root, "")
	return d, err
}

func asYAMLError(err error) error {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		return &yamlError{line, m[2]}
	}
	return &yamlError{1, err.Error()}
}

func (d *document) read(n *yaml.Node, pointer string) (any, error) {
	if _, ok := d.lines[pointer]; !ok {
		d.lines[pointer] = n.Line
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return d.read(n.Content[0], pointer)
	case yaml.AliasNode:
		return d.read(n.Alias, pointer)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			var err error
			if list[i], err = d.read(item, pointer+"/"+strconv.Itoa(i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		return d.readMapping(n, pointer)
	default:
		return scalar(n, pointer)
	}
}

func (d *document) readMapping(n *yaml.Node, pointer string) (any, error) {
	object := make(map[string]any, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return nil, &yamlError{key.Line, "keys must be plain text"}
		}
		if _, twice := object[key.Value]; twice {
			return nil, &yamlError{key.Line, fmt.Sprintf("the key %q stands here twice", key.Value)}
		}
		below := pointer + schema.Pointer(key.Value)
		d.lines[below] = key.Line
		value, err := d.read(n.Content[i+1], below)
		if err != nil {
			return nil, err
		}
		object[key.Value] = value
	}
	return object, nil
}

// plainNumber is what JSON calls a number; YAML knows more (0x1f, 1_000, .inf),
// which are refused rather than read as something else than was meant.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$`)

func scalar(n *yaml.Node, pointer string) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		switch n.Value {
		case "true", "false":
			return n.Value == "true", nil
		}
		return n.Value, nil
	case "!!int", "!!float":
		if !plainNumber.MatchString(n.Value) {
			place := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
			return nil, &yamlError{n.Line, strings.TrimPrefix(fmt.Sprintf("%s: %q is not a plain number", place, n.Value), ": ")}
		}
		return json.Number(n.Value), nil
	case "!!str", "!!timestamp":
		return n.Value, nil
	default:
		return nil, &yamlError{n.Line, fmt.Sprintf("values of the type %s are not understood", n.ShortTag())}
	}
}

// line finds the line of the value at the path, or of the nearest one around it.
func (d *document) line(path []string) int {
	for i := len(path); i >= 0; i-- {
		if line, ok := d.lines[schema.Pointer(path[:i]...)]; ok {
			return line
		}
	}
	return 0
}
