// Package opalog gives the decision log as OPA gives its own: as events that tools for
// OPA's logs read, masked by the policies, one a line or pushed to a sink.
package opalog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"assay/server/decision"
)

// Event is a decision in OPA's format EventV1: those of its fields that say something of
// a decision here, under OPA's names and in OPA's order.
type Event struct {
	Labels     map[string]string `json:"labels"`
	DecisionID string            `json:"decision_id"`
	TraceID    string            `json:"trace_id,omitempty"`
	Bundles    map[string]Bundle `json:"bundles"`
	// Path is that of the rule that decided, as OPA's Data API names it.
	Path string `json:"path"`
	// What can be masked is a pointer: null is a value, and is something else than nothing.
	Input  *any `json:"input,omitempty"`
	Result *any `json:"result,omitempty"`
	// Erased and Masked are the pointers that the mask removed and replaced.
	Erased []string `json:"erased,omitempty"`
	Masked []string `json:"masked,omitempty"`
	// RequestedBy is who asked, by their own word.
	RequestedBy *any      `json:"requested_by,omitempty"`
	Timestamp   time.Time `json:"timestamp"`
	// RequestID is the place in the log: 1, 2, 3 and so on, without a gap.
	RequestID int64 `json:"req_id"`
	Custom    *any  `json:"custom,omitempty"`
}

// Bundle is the policy tree that decided.
type Bundle struct {
	Revision string `json:"revision"`
}

// bundle is the name under which events have the policy tree.
const bundle = "policies"

// notEvaluated stands in place of an input that is not the logged one any more.
const notEvaluated = "the facts are not those that were evaluated any more"

// Maker makes events of logged decisions.
type Maker struct {
	Facts decision.FactStore
	// Input is the document that the policies saw.
	Input func(decision.Question, decision.Facts) ([]byte, error)
	// Mask says what must not leave with an event, as OPA's rule system.log.mask does: a
	// JSON list. nil masks nothing.
	Mask func(ctx context.Context, event []byte) ([]byte, error)
	// Labels say where events come from; OPA's are id and version.
	Labels map[string]string
}

// Make gives the event of a decision as JSON. One that cannot be masked is an error.
func (m *Maker) Make(ctx context.Context, d decision.LoggedDecision) ([]byte, error) {
	raw, err := m.make(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("event of decision %s: %w", d.ID, err)
	}
	return raw, nil
}

func (m *Maker) make(ctx context.Context, d decision.LoggedDecision) ([]byte, error) {
	event, err := m.event(ctx, d)
	if err != nil {
		return nil, err
	}
	raw, err := encode(event)
	if err != nil || m.Mask == nil {
		return raw, err
	}
	said, err := m.Mask(ctx, raw)
	if err != nil {
		return nil, err
	}
	rules, err := parseMask(said)
	if err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		return raw, nil
	}
	event.mask(rules)
	return encode(event)
}

func (m *Maker) event(ctx context.Context, d decision.LoggedDecision) (*Event, error) {
	event := &Event{
		Labels: m.Labels, DecisionID: d.ID, TraceID: d.TraceID, Timestamp: d.DecidedAt.UTC(), RequestID: d.Seq,
		Bundles: map[string]Bundle{bundle: {d.Revision}},
		Path:    pathOf(d.Program),
	}
	if d.Caller != "" {
		var caller any = d.Caller
		event.RequestedBy = &caller
	}
	custom := map[string]any{"facts_digest": d.FactsDigest, "known_at": d.KnownAt.UTC()}
	for name, value := range map[string]string{"partner": d.Partner, "request_id": d.RequestID} {
		if value != "" {
			custom[name] = value
		}
	}
	if !d.ErasedAt.IsZero() {
		custom["erased_at"] = d.ErasedAt.UTC()
	}
	full, err := decision.WithFacts(ctx, m.Facts, d.Decision)
	if err != nil {
		return nil, err
	}
	if full.Facts.Digest() == d.FactsDigest {
		input, err := m.Input(d.Question(), full.Facts)
		if err != nil {
			return nil, err
		}
		if event.Input, err = decode(input); err != nil {
			return nil, fmt.Errorf("the input: %w", err)
		}
	} else {
		custom["input"] = notEvaluated
	}
	if event.Result, err = decode(d.Result); err != nil {
		return nil, fmt.Errorf("the result: %w", err)
	}
	var rest any = custom
	event.Custom = &rest
	return event, nil
}

// pathOf is where OPA's Data API has the rule that decides the program.
func pathOf(program string) string { return strings.ReplaceAll(program, ".", "/") + "/decision" }

func decode(raw []byte) (*any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	err := dec.Decode(&value)
	return &value, err
}

// encode writes on one line and escapes nothing that need not be.
func encode(event *Event) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(event); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
