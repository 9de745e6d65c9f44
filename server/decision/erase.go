package decision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ErasedDigest stands where the digest of values was that were erased. A digest of what
// can be guessed would tell whoever guesses right.
const ErasedDigest = "0000000000000000000000000000000000000000000000000000000000000000"

// Erased tells whether what the decision rests on was erased, in whole or in part, so that
// it cannot be asked again.
func (d Decision) Erased() bool { return d.FactsDigest == ErasedDigest }

// blank tells of a record whose whole body was erased. Nothing is known from it.
func (f Fact) blank() bool { return len(f.Erased) > 0 && string(f.Body) == "{}" }

// Personal is what is personal in facts of one kind.
type Personal struct {
	Key bool
	// Fields are those of the body.
	Fields map[string]bool
}

// personalKeyword declares a field of a fact, or its key, as personal.
const personalKeyword = "x-personal"

// PersonalIn reads what the schema of a kind declares as personal: "x-personal": true on
// x-key, or on a property of the body.
func PersonalIn(schema []byte) (Personal, error) {
	var document struct {
		Key        map[string]json.RawMessage            `json:"x-key"`
		Properties map[string]map[string]json.RawMessage `json:"properties"`
	}
	personal := Personal{Fields: make(map[string]bool)}
	if err := json.Unmarshal(schema, &document); err != nil {
		return personal, err
	}
	var err error
	if personal.Key, err = declared(document.Key); err != nil {
		return personal, fmt.Errorf("x-key: %w", err)
	}
	count := bytes.Count(schema, []byte(`"`+personalKeyword+`"`))
	if _, found := document.Key[personalKeyword]; found {
		count--
	}
	for name, property := range document.Properties {
		if personal.Fields[name], err = declared(property); err != nil {
			return personal, fmt.Errorf("properties.%s: %w", name, err)
		}
		if _, found := property[personalKeyword]; found {
			count--
		}
	}
	if count > 0 {
		return personal, fmt.Errorf("%s must stand in x-key or in a property of the body itself; what lies deeper goes with it", personalKeyword)
	}
	maps.DeleteFunc(personal.Fields, func(_ string, is bool) bool { return !is })
	return personal, nil
}

func declared(object map[string]json.RawMessage) (is bool, err error) {
	raw, found := object[personalKeyword]
	if !found {
		return false, nil
	}
	if err := json.Unmarshal(raw, &is); err != nil {
		return false, fmt.Errorf("%s must be true or false", personalKeyword)
	}
	return is, nil
}

// Join adds what another schema of the kind declares.
func (p Personal) Join(other Personal) Personal {
	joined := Personal{Key: p.Key || other.Key, Fields: make(map[string]bool)}
	maps.Copy(joined.Fields, p.Fields)
	maps.Copy(joined.Fields, other.Fields)
	return joined
}

// Eraser takes values out of facts and results. It remembers what it took out of facts, to
// find it in the results.
type Eraser struct {
	// Personal is by kind.
	Personal map[string]Personal
	// All takes whatever is not a code, a day or a name of Assay's own.
	All bool
	// pseudonyms stand for keys, by kind and key; taken are those that cannot be given.
	pseudonyms map[[2]string]string
	taken      map[string]bool
	// values are the strings and the numbers that went.
	values map[string]bool
}

// NewEraser makes an Eraser. The keys are those that the partner's facts have: none of
// them is given to another.
func NewEraser(personal map[string]Personal, all bool, keys []string) *Eraser {
	e := &Eraser{Personal: personal, All: all, pseudonyms: make(map[[2]string]string), taken: make(map[string]bool), values: make(map[string]bool)}
	for _, key := range keys {
		e.taken[key] = true
	}
	return e
}

const pseudonym = "erased-"

func isPseudonym(key string) bool {
	number, is := strings.CutPrefix(key, pseudonym)
	_, err := strconv.ParseUint(number, 10, 32)
	return is && err == nil
}

// Key gives what stands in place of a key, the same for the same one.
func (e *Eraser) Key(kind, key string) string {
	if key == "" || isPseudonym(key) || !e.All && !e.Personal[kind].Key {
		return key
	}
	at := [2]string{kind, key}
	if e.pseudonyms[at] == "" {
		for n := len(e.pseudonyms) + 1; ; n++ {
			if name := fmt.Sprintf("%s%d", pseudonym, n); !e.taken[name] {
				e.pseudonyms[at], e.taken[name] = name, true
				break
			}
		}
		e.values[key] = true
	}
	return e.pseudonyms[at]
}

// Body gives a body without the fields that go, nil for nil. A field that is left out
// cannot be taken for a value by any rule.
func (e *Eraser) Body(kind string, body []byte) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	gone := false
	for name, value := range fields {
		if e.All || e.Personal[kind].Fields[name] {
			e.note(value)
			delete(fields, name)
			gone = true
		}
	}
	if !gone {
		return body, nil
	}
	return encode(fields), nil
}

// note remembers the strings and numbers of a value.
func (e *Eraser) note(raw json.RawMessage) {
	var value any
	if decodeNumbers(raw, &value) != nil {
		return
	}
	each(value, false, func(leaf any) bool {
		switch v := leaf.(type) {
		case string:
			if v != "" {
				e.values[v] = true
			}
		case json.Number:
			e.values[v.String()] = true
		}
		return false
	})
}

// Given gives the facts that came with a request without what goes, nil for nil.
func (e *Eraser) Given(given []byte) ([]byte, error) {
	facts, err := parseCanonicalFacts(given)
	if err != nil || facts == nil {
		return given, err
	}
	for i := range facts {
		facts[i].Key = e.Key(facts[i].Kind, facts[i].Key)
		if facts[i].Body, err = e.Body(facts[i].Kind, facts[i].Body); err != nil {
			return nil, err
		}
	}
	return canonicalFacts(facts), nil
}

// Result gives a result without the values of the findings that tell something that went;
// with All, without those of any. What came out, by code, stays.
func (e *Eraser) Result(result []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(result, &fields); err != nil {
		return nil, err
	}
	if len(fields["findings"]) == 0 {
		return result, nil
	}
	var findings []map[string]json.RawMessage
	if err := json.Unmarshal(fields["findings"], &findings); err != nil {
		return nil, err
	}
	gone := false
	for _, finding := range findings {
		for _, part := range []string{"shown", "missing"} {
			if value, there := finding[part]; there && (e.All || e.tells(value)) {
				delete(finding, part)
				gone = true
			}
		}
	}
	if !gone {
		return result, nil
	}
	fields["findings"] = encode(findings)
	return encode(fields), nil
}

// tells looks for what went.
func (e *Eraser) tells(raw json.RawMessage) bool {
	var value any
	if decodeNumbers(raw, &value) != nil {
		return true
	}
	return each(value, true, func(leaf any) bool {
		switch v := leaf.(type) {
		case string:
			return slices.ContainsFunc(slices.Collect(maps.Keys(e.values)), func(gone string) bool { return strings.Contains(v, gone) })
		case json.Number:
			return e.values[v.String()]
		default:
			return false
		}
	})
}

// each calls f with everything in a value that holds nothing else, on request also with
// the names of members, until it says true.
func each(value any, names bool, f func(any) bool) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			if names && f(name) || each(below, names, f) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, func(below any) bool { return each(below, names, f) })
	default:
		return f(value)
	}
}

func decodeNumbers(raw []byte, into *any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(into)
}
