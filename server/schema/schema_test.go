package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/server/schema"
)

const document = `{
  "type": "object",
  "required": ["source"],
  "additionalProperties": false,
  "properties": {
    "source": {"enum": ["microsoft", "partner"]},
    "cents": {"type": "integer", "minimum": 0, "maximum": 1000},
    "day": {"type": "string", "format": "date"},
    "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/item"}},
    "either": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
  },
  "$defs": {"item": {"type": "object", "additionalProperties": false, "properties": {"name": {"type": "string", "minLength": 1}}}}
}`

func TestCheckSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	s, err := schema.Compile(decode(t, document))
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string][]string{
		`{"source":"partner","cents":1000}`:                nil,
		`{}`:                                               {`: missing field "source"`},
		`{"source":"me"}`:                                  {"/source: must be one of microsoft, partner"},
		`{"source":"partner","sorce":1}`:                   {`/sorce: unknown field "sorce"; did you mean "source"?`},
		`{"source":"partner","xyzzy":1}`:                   {`/xyzzy: unknown field "xyzzy"; known are cents, day, either, items, source`},
		`{"source":"partner","cents":-1}`:                  {"/cents: must be at least 0"},
		`{"source":"partner","cents":1e400}`:               {"/cents: must be at most 1000"},
		`{"source":"partner","cents":"5"}`:                 {"/cents: must be a whole number, is a string"},
		`{"source":"partner","cents":null}`:                {"/cents: must be a whole number, is null"},
		`{"source":"partner","cents":1.5}`:                 {"/cents: must be a whole number, is a number"},
		`{"source":"partner","day":"2024-02-30"}`:          {"/day: must be a day, YYYY-MM-DD"},
		`{"source":"partner","items":[]}`:                  {"/items: must have at least 1, has 0"},
		`{"source":"partner","items":[{"nam":"x"}]}`:       {`/items/0/nam: unknown field "nam"; did you mean "name"?`},
		`{"source":"partner","items":[{"name":""}]}`:       {"/items/0/name: must not be empty"},
		`{"source":"partner","either":{}}`:                 {`/either: missing field "a", or missing field "b"`},
		`{"cents":true,"day":1}`:                           {`: missing field "source"`, "/cents: must be a whole number, is true or false", "/day: must be a string, is a number"},
		`{"source":"partner","a/b~c":1,"cents":1,"day":2}`: {`/a~1b~0c: unknown field "a/b~c"; known are cents, day, either, items, source`, "/day: must be a string, is a number"},
	} {
		var got []string
		for _, p := range s.Check(decode(t, value)) {
			got = append(got, p.Pointer()+": "+p.Message)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", value, diff)
		}
	}
}

func TestNothingIsFetched(t *testing.T) {
	t.Parallel()
	_, err := schema.Compile(decode(t, `{"$ref": "https://example.com/x.json"}`))
	if err == nil {
		t.Fatal("a remote reference was accepted")
	}
}

func decode(t *testing.T, s string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
