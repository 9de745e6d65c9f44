package strictjson_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"assay/server/strictjson"
)

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		`null`, ` {"a": [1, -2.5e+10, "x", true, null]} `, `"\ud83d\ude00 é"`,
		`12345678901234567890123456789012345678901234567890`, `1e308`, `1e-308`,
		strings.Repeat("[", strictjson.MaxDepth) + strings.Repeat("]", strictjson.MaxDepth),
	} {
		if err := strictjson.Check([]byte(document)); err != nil {
			t.Errorf("%s: %v", document, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, document, pointer, detail string
		offset                          int64
	}{
		{"nothing", "", "", "no JSON", 0},
		{"space only", " \n", "", "no JSON", 0},
		{"two values", `{} {}`, "", "more after", 3},
		{"trailing bracket", `[] ]`, "", "more after", 3},
		{"duplicate key", `{"facts":[{"kind":1,"kind":2}]}`, "/facts/0/kind", "twice", 20},
		{"duplicate key, escaped", `{"a":1,"\u0061":2}`, "/a", "twice", 7},
		{"truncated", `{"a":`, "/a", "ends too early", 5},
		{"missing comma", `{"a":1 "b":2}`, "", "expecting ','", 7},
		{"not UTF-8", "\"\xff\"", "", "UTF-8", 1},
		{"half a surrogate pair", `["\ud800"]`, "/0", "escape sequence", 2},
		{"byte order mark", "\xef\xbb\xbf{}", "", "not JSON", 0},
		{"NUL", `{"a": "x\u0000"}`, "/a", "U+0000", 6},
		{"NUL in a key", `{"a\u0000": 1}`, "/a\x00", "U+0000", 1},
		{"big exponent", `{"a": [0, 1e1000000000]}`, "/a/1", "exponent", 10},
		{"small exponent", `{"a": 1E-309}`, "/a", "exponent", 6},
		{"absurd exponent", `1e99999999999999999999`, "", "exponent", 0},
		{"long number", strings.Repeat("9", 65), "", "64 characters", 0},
		{"deep", strings.Repeat("[", 65) + strings.Repeat("]", 65), strings.Repeat("/0", 64), "64 levels", 64},
		{"NaN", `NaN`, "", "not JSON", 0},
		{"comment", `{} // no`, "", "more after", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := strictjson.Check([]byte(c.document))
			var problem *strictjson.Error
			if !errors.As(err, &problem) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if problem.Pointer != c.pointer || problem.Offset != c.offset || !strings.Contains(problem.Detail, c.detail) {
				t.Errorf("got %q at %d: %s; want %q at %d: …%s…", problem.Pointer, problem.Offset, problem.Detail, c.pointer, c.offset, c.detail)
			}
		})
	}
}

// What Check accepts must be safe to hand to anything that follows.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"x"]}`, `{"a":1,"a":2}`, `1e400`, `[[[]]]`, "\"\xff\"", `{} {}`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		err := strictjson.Check(document)
		if err != nil {
			var problem *strictjson.Error
			if !errors.As(err, &problem) || problem.Detail == "" {
				t.Fatalf("error without detail: %v", err)
			}
			if problem.Offset < 0 || problem.Offset > int64(len(document)) {
				t.Fatalf("offset %d outside of %d bytes", problem.Offset, len(document))
			}
			return
		}
		dec := json.NewDecoder(strings.NewReader(string(document)))
		dec.UseNumber()
		var value any
		if err := dec.Decode(&value); err != nil {
			t.Fatalf("encoding/json refuses what was accepted: %v", err)
		}
		walk(t, value)
	})
}

func walk(t *testing.T, value any) {
	switch value := value.(type) {
	case json.Number:
		if _, ok := new(big.Rat).SetString(value.String()); !ok {
			t.Fatalf("not a number: %s", value)
		}
	case []any:
		for _, v := range value {
			walk(t, v)
		}
	case map[string]any:
		for _, v := range value {
			walk(t, v)
		}
	}
}
