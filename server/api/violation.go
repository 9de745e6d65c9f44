package api

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// violation is one thing in a value that its schema does not allow. The detail
// repeats names but no values: they may be facts.
type violation struct {
	path    []string
	pointer string
	detail  string
}

// violations are in the order of the document that was checked.
func (c *contract) violations(schema *jsonschema.Schema, value any) []violation {
	err := schema.Validate(value)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []violation{{detail: "does not fit the OpenAPI document"}}
	}
	var found []violation
	c.collect(invalid, &found)
	slices.SortStableFunc(found, func(a, b violation) int {
		return slices.CompareFunc(a.path, b.path, func(s, t string) int {
			i, errS := strconv.Atoi(s)
			j, errT := strconv.Atoi(t)
			if errS == nil && errT == nil {
				return cmp.Compare(i, j)
			}
			return cmp.Compare(s, t)
		})
	})
	return found
}

// collect goes down to the leaves: what is above them only says that something
// below is wrong.
func (c *contract) collect(err *jsonschema.ValidationError, found *[]violation) {
	for _, cause := range err.Causes {
		c.collect(cause, found)
	}
	if len(err.Causes) > 0 {
		return
	}
	add := func(detail string, more ...string) {
		path := slices.Concat(err.InstanceLocation, more)
		*found = append(*found, violation{path, pointerTo(path...), detail})
	}
	_, fragment, _ := strings.Cut(err.SchemaURL, "#")
	place, escapeErr := url.PathUnescape(fragment)
	if escapeErr != nil {
		place = fragment
	}
	switch k := err.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			add(fmt.Sprintf("missing field %q", name))
		}
	case *kind.AdditionalProperties:
		known := slices.Sorted(maps.Keys(object(c.at(place + "/properties"))))
		for _, name := range k.Properties {
			add(fmt.Sprintf("unknown field %q", name)+suggest(name, known), name)
		}
	default:
		add(c.describe(k, place))
	}
}

func (c *contract) describe(k jsonschema.ErrorKind, place string) string {
	switch k := k.(type) {
	case *kind.Type:
		wanted := make([]string, len(k.Want))
		for i, t := range k.Want {
			wanted[i] = typeNames[t]
		}
		return "must be " + strings.Join(wanted, " or ")
	case *kind.Enum:
		wanted := make([]string, len(k.Want))
		for i, v := range k.Want {
			wanted[i] = fmt.Sprint(v)
		}
		return "must be one of " + strings.Join(wanted, ", ")
	case *kind.Format:
		return "must be " + formatNames[k.Want]
	case *kind.Pattern:
		if expects, ok := object(c.at(place))["x-expects"].(string); ok {
			return "must be " + expects
		}
	case *kind.MinLength:
		if k.Want == 1 {
			return "must not be empty"
		}
		return fmt.Sprintf("must have at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters", k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d", k.Want)
	case *kind.Minimum:
		return "must be at least " + k.Want.RatString()
	case *kind.Maximum:
		return "must be at most " + k.Want.RatString()
	}
	return "does not fit the OpenAPI document: " + strings.Join(k.KeywordPath(), "/")
}

var typeNames = map[string]string{
	"string": "a string", "number": "a number", "integer": "a whole number",
	"object": "an object", "array": "an array", "boolean": "true or false", "null": "null",
}

var formatNames = map[string]string{
	"date":      "a day, YYYY-MM-DD",
	"date-time": "an instant as in RFC 3339, such as 2026-03-01T09:30:00Z",
}

// suggest helps with a slip of the pen: it names what is at most two letters, and
// less than half of the name, away.
func suggest(name string, known []string) string {
	if len(name) > 64 {
		return "" // no slip of the pen
	}
	best, distance := "", min(3, (len(name)+1)/2)
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
