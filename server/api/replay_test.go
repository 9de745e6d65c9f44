package api

import (
	"context"
	"strings"
	"testing"

	"assay/server/decision"
)

func TestReplay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	replay := func() Replay {
		var r Replay
		b.mustDo(t, 200, "POST", "/v1/decisions/id-1/replay", "").decode(t, &r)
		return r
	}
	status := func() (s PolicyStatus) {
		b.mustDo(t, 200, "GET", "/v1/status", "").decode(t, &s)
		return s
	}
	b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: caller-7")
	if r := replay(); !r.Equal || len(r.Differences) > 0 || r.DecisionId != "id-1" || *r.Revision != b.revision.digest {
		t.Errorf("got %+v", r)
	}
	logged := b.store.decisions[0].Decision
	for name, test := range map[string]struct {
		change func(*decision.Decision)
		want   []string // part, pointer
	}{
		"a value of the result": {func(d *decision.Decision) {
			d.Result = []byte(strings.Replace(string(d.Result), `"gap":{"usd_cents":1}`, `"gap":{"usd_cents":2}`, 1))
		}, []string{"result", "/findings/0/shown/gap/usd_cents"}},
		"a member of the result": {func(d *decision.Decision) {
			d.Result = []byte(strings.Replace(string(d.Result), `"reason":"not_met",`, "", 1))
		}, []string{"result", "/findings/0/reason"}},
		"a space in the result":     {func(d *decision.Decision) { d.Result = append([]byte(" "), d.Result...) }, []string{"result", ""}},
		"a result that is no JSON":  {func(d *decision.Decision) { d.Result = []byte("{") }, []string{"result", ""}},
		"the outcome":               {func(d *decision.Decision) { d.Outcome = "eligible" }, []string{"outcome", ""}},
		"the digest of the facts":   {func(d *decision.Decision) { d.FactsDigest = strings.Repeat("0", 64) }, []string{"facts_digest", ""}},
		"given facts, same meaning": {func(d *decision.Decision) { d.Given = append([]byte(" "), d.Given...) }, []string{"given", ""}},
		"given facts that are none": {func(d *decision.Decision) { d.Given = []byte("{") }, []string{"given", "", "facts", ""}},
		"given facts that are gone": {func(d *decision.Decision) { d.Given = nil }, []string{"given", "", "facts_digest", "", "outcome", "", "result", "/findings/0/facts"}},
		"the revision":              {func(d *decision.Decision) { d.Revision = refused }, []string{"revision", ""}},
		"the program":               {func(d *decision.Decision) { d.Program = "none" }, []string{"evaluation", ""}},
	} {
		b.store.decisions[0].Decision = logged
		test.change(&b.store.decisions[0].Decision)
		r := replay()
		var got []string
		for _, d := range r.Differences {
			pointer := ""
			if d.Pointer != nil {
				pointer = *d.Pointer
			}
			got = append(got, string(d.Part), pointer)
		}
		if r.Equal || len(got) < len(test.want) || strings.Join(got[:len(test.want)], " ") != strings.Join(test.want, " ") {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		if s := status(); s.State != PolicyStatusStateDegraded || len(s.Replays.Decisions) != 1 {
			t.Errorf("%s: status %+v", name, s)
		}
	}
	b.store.decisions[0].Decision = logged
	if s := status(); !replay().Equal || s.Replays.Differing != 11 || s.Replays.Decisions[0] != "id-1" {
		t.Errorf("status %+v", s.Replays)
	}
	if s := status(); s.State != PolicyStatusStateOk || s.Replays.Equal != 2 || len(s.Replays.Decisions) != 0 {
		t.Errorf("status %+v", s)
	}
	metrics := string(b.do(t, "GET", "/metrics", "").body)
	for _, want := range []string{`assay_replays_total{result="equal"} 2`, `assay_replays_total{result="differing"} 11`} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in the metrics", want)
		}
	}
	// What cannot be asked is neither equal nor different.
	b.mustDo(t, 404, "POST", "/v1/decisions/id-2/replay", "")
	b.revision.evaluate = func() ([]byte, error) { return nil, context.DeadlineExceeded }
	b.mustDo(t, 503, "POST", "/v1/decisions/id-1/replay", "")
	if s := status(); s.Replays.Equal != 2 || s.Replays.Differing != 11 {
		t.Errorf("status %+v", s.Replays)
	}
	if len(b.store.decisions) != 1 {
		t.Error("a replay was logged")
	}
}
