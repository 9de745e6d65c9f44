package opalog

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
)

// What is masked is what OPA 1.22.2 itself masks, and what it refuses is refused.
// testdata/stock.json is what OPA's decision-log plugin gave for this event and, in turn,
// each mask: null where it did not log the event at all.
func TestMaskAgreesWithStockOPA(t *testing.T) {
	t.Parallel()
	const input = `{"a": {"b": [{"c": 1, "d": null}, {"c": 2}, {"c": 3}], "e": "x"}, "f": [[1, 2], [3]], "g": "secret", "h": false}`
	const result = `{"ok": true, "why": ["secret"]}`
	raw, err := os.ReadFile("testdata/stock.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Mask   string
		Logged *masked
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 30 {
		t.Fatalf("only %d masks", len(cases))
	}
	for _, c := range cases {
		got, want := compact(t, ourMask(t, c.Mask, input, result)), compact(t, c.Logged)
		if !bytes.Equal(got, want) {
			t.Errorf("%s\n got %s\nwant %s", c.Mask, got, want)
		}
	}
}

// OPA cannot name a key that a URL would escape, nor what is custom, nor who asked. Here
// all are masked, since whoever writes such a pointer means it.
func TestMaskBeyondStockOPA(t *testing.T) {
	t.Parallel()
	got := ourMask(t, `{"/input/a name/x", "/input/b%20c"}`, `{"a name": {"x": 1, "y": 2}, "b%20c": 3, "d": 4}`, "{}")
	if string(got.Input) != `{"a name":{"y":2},"d":4}` {
		t.Errorf("%s", got.Input)
	}
	var custom, caller any = map[string]any{"partner": "contoso"}, "anna"
	event := &Event{Custom: &custom, RequestedBy: &caller}
	rules, err := parseMask([]byte(`["/custom/partner", "/requested_by"]`))
	if err != nil {
		t.Fatal(err)
	}
	if event.mask(rules); len(custom.(map[string]any)) != 0 || event.RequestedBy != nil || len(event.Erased) != 2 {
		t.Errorf("%v", event)
	}
}

// masked are the fields of an event that a mask changes.
type masked struct {
	Input  json.RawMessage `json:"input,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Erased []string        `json:"erased,omitempty"`
	Masked []string        `json:"masked,omitempty"`
}

func compact(t *testing.T, m *masked) []byte {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// ourMask masks as an export does, nil if it refuses.
func ourMask(t *testing.T, mask, input, result string) *masked {
	t.Helper()
	results, err := rego.New(rego.Query("x := " + mask)).Eval(t.Context())
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	said, err := json.Marshal(results[0].Bindings["x"])
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseMask(said)
	if err != nil {
		return nil
	}
	event := new(Event)
	if event.Input, err = decode([]byte(input)); err != nil {
		t.Fatal(err)
	}
	if event.Result, err = decode([]byte(result)); err != nil {
		t.Fatal(err)
	}
	event.mask(rules)
	raw, err := encode(event)
	if err != nil {
		t.Fatal(err)
	}
	m := new(masked)
	if err := json.Unmarshal(raw, m); err != nil {
		t.Fatal(err)
	}
	return m
}
