package decision

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Canonical rewrites JSON so that equal values have equal bytes: keys sorted, no
// space, nothing escaped that need not be, numbers written out in full. No number is
// rounded, since that would change the fact.
func Canonical(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	value, err := canonicalNumbers(value)
	if err != nil {
		return nil, err
	}
	return encode(value), nil
}

func canonicalNumbers(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			if v[key], err = canonicalNumbers(v[key]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range v {
			if v[i], err = canonicalNumbers(v[i]); err != nil {
				return nil, err
			}
		}
	case json.Number:
		return canonicalNumber(string(v))
	}
	return value, nil
}

// maxExponent keeps a short number from becoming a very long one.
const maxExponent = 400

// canonicalNumber gives 4.125e7, 41250000.0 and 41250000 the same form; policies
// compare them as equal, so they must not count as different facts.
func canonicalNumber(literal string) (json.Number, error) {
	mantissa, exponent := literal, 0
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(literal[i+1:]); err != nil || max(exponent, -exponent) > maxExponent {
			return "", fmt.Errorf("the exponent of %.20s is out of range", literal)
		}
		mantissa = literal[:i]
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	point := len(whole) + exponent // where the decimal point stands in digits
	if point < 0 {
		digits, point = strings.Repeat("0", -point)+digits, 0
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	whole, fraction = strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && whole != "0" {
		whole = "-" + whole
	}
	return json.Number(whole), nil
}

func encode(value any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err) // only decoded JSON and plain structs come here
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// canonicalFact is how a fact is hashed and how given facts are kept.
type canonicalFact struct {
	ID        string          `json:"id,omitempty"`
	Kind      string          `json:"kind"`
	Key       string          `json:"key,omitempty"`
	Source    string          `json:"source"`
	ValidFrom Day             `json:"valid_from"`
	ValidTo   Day             `json:"valid_to,omitempty"`
	Body      json.RawMessage `json:"body"`
}

func canonicalFacts(facts []Fact) []byte {
	list := make([]canonicalFact, len(facts))
	for i, f := range facts {
		body := f.Body
		if body == nil {
			body = []byte("null")
		}
		list[i] = canonicalFact{f.ID, f.Kind, f.Key, f.Source, f.ValidFrom, f.ValidTo, body}
	}
	return encode(list)
}

// parseCanonicalFacts reads what canonicalFacts wrote.
func parseCanonicalFacts(raw []byte) ([]Fact, error) {
	if raw == nil {
		return nil, nil
	}
	var list []canonicalFact
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	facts := make([]Fact, len(list))
	for i, f := range list {
		facts[i] = Fact{ID: f.ID, Kind: f.Kind, Key: f.Key, Source: f.Source, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo, Body: f.Body}
		if string(f.Body) == "null" {
			facts[i].Body = nil
		}
	}
	return facts, nil
}

// Digest is the SHA-256 of all of them: what a decision keeps as its FactsDigest.
func (f Facts) Digest() string {
	return Digest(slices.Concat(canonicalFacts(f.Held), []byte("\n"), canonicalFacts(f.Ended)))
}

// ParseResult reads what a program returned. Outcomes are the program's own
// words; statuses are not, so an unknown one is an error.
func ParseResult(result []byte) (Result, error) {
	var r Result
	dec := json.NewDecoder(bytes.NewReader(result))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, fmt.Errorf("result of the policy: %w", err)
	}
	if r.Outcome == "" {
		return r, errors.New("result of the policy: no outcome")
	}
	for _, f := range r.Findings {
		if !slices.Contains([]Status{Met, NotMet, Unknown, Review}, f.Status) {
			return r, fmt.Errorf("result of the policy: requirement %s has unknown status %q", f.ID, f.Status)
		}
	}
	return r, nil
}
