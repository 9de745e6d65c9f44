package decision

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Canonical rewrites JSON so that equal values have equal bytes: keys sorted, no
// space, nothing escaped that need not be, and numbers kept as they were written,
// since to round them would change the fact.
func Canonical(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	return encode(value), nil
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

func (f Facts) canonical() []byte {
	return slices.Concat(canonicalFacts(f.Held), []byte("\n"), canonicalFacts(f.Ended))
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
