package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"assay/server/decision"
)

const (
	revenueOnly = `"program": "csp.direct_bill.enrollment", "facts": [{"kind": "revenue_report", "source": "microsoft", "valid_from": "2026-01-01", "body": {"usd_cents": 1}}]`
	oneFile     = `"files": {"a.rego": "package a", "b.rego": null, "c.rego": ""}`
)

func TestPreview(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var got map[string][]byte
	lenient := &fakeRevision{digest: one, texts: fakeTexts(), evaluate: func() ([]byte, error) {
		return []byte(`{"outcome":"eligible","rollup":"eligible","findings":[{"id":"revenue","status":"met","due":true,"reason":"met"},{"id":"plan","status":"unknown","due":false,"reason":"unknown"}]}`), nil
	}}
	b.candidate = func(_ context.Context, changed map[string][]byte) (decision.Revision, error) {
		got = changed
		return lenient, nil
	}
	var p Preview
	b.mustDo(t, 200, "POST", "/v1/previews?lang=it", "{"+revenueOnly+", "+oneFile+"}").decode(t, &p)
	if !p.Turned || p.Live.Outcome != "not_eligible" || p.Live.OutcomeText != "non idoneo" || p.Candidate.Outcome != "eligible" ||
		p.Live.Revision != b.revision.digest || p.Candidate.Revision != one || p.Live.Requirements[0].Title != "Ricavi" || p.Live.FactsDigest != p.Candidate.FactsDigest {
		t.Errorf("got %s", indent(p))
	}
	if d := p.Differences; len(d) != 2 || d[0].Id != "revenue" || d[0].Before.Status != "not_met" || d[0].After.Status != "met" || d[1].Id != "plan" || d[1].Before != nil || d[1].After.Due {
		t.Errorf("got %s", indent(p.Differences))
	}
	want := []FindingDifferenceDiffers{"status", "reason", "flags", "facts", "values", "explanation", "action"}
	if d := p.Differences[0]; !slices.Equal(d.Differs, want) || !slices.Equal(d.Languages, []string{"en", "it"}) || !slices.Contains(d.Values, "required") {
		t.Errorf("got %s", indent(d))
	}
	if string(got["a.rego"]) != "package a" || got["b.rego"] != nil || got["c.rego"] == nil || len(got) != 3 {
		t.Errorf("changed are %v", got)
	}
	if len(b.store.decisions) != 0 {
		t.Error("a preview was logged")
	}
	if a := b.mustDo(t, 404, "POST", "/v1/previews", `{"program":"csp.direct_bill.enrollment","partner":"contosso", `+oneFile+`}`); !strings.Contains(string(a.body), "partner_not_found") {
		t.Errorf("got %s", a.body)
	}

	// What only the candidate understands is answered by it alone.
	b.revision.evaluate = func() ([]byte, error) { return nil, decision.ErrNotFound }
	p = Preview{}
	b.mustDo(t, 200, "POST", "/v1/previews", "{"+revenueOnly+", "+oneFile+"}").decode(t, &p)
	if p.Live != nil || p.LiveLacks == nil || p.Turned || p.Candidate.Outcome != "eligible" || len(p.Differences) != 0 {
		t.Errorf("got %s", indent(p))
	}
}

func TestPreviewRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var failure error
	b.candidate = func(context.Context, map[string][]byte) (decision.Revision, error) { return nil, failure }
	for _, c := range []struct {
		failure error
		body    string
		status  int
		says    string
	}{
		{nil, "{" + revenueOnly + "}", 422, `missing field`},
		{nil, `{"program": "csp.direct_bill.enrollment", ` + oneFile + `}`, 422, "a partner, or facts, or both"},
		{nil, "{" + revenueOnly + `, "files": {"a.rego": 1}}`, 422, "/files/a.rego"},
		{&decision.RefusedError{Problems: []decision.PolicyProblem{{File: "a.rego", Line: 3, Message: "no good"}}}, "{" + revenueOnly + ", " + oneFile + "}", 422, "a.rego:3: no good"},
		{decision.Invalid("/files/x", "is no path"), "{" + revenueOnly + ", " + oneFile + "}", 422, "is no path"},
		{errors.New("secret"), "{" + revenueOnly + ", " + oneFile + "}", 500, "internal_error"},
		{context.DeadlineExceeded, "{" + revenueOnly + ", " + oneFile + "}", 503, "timeout"},
	} {
		failure = c.failure
		a := b.mustDo(t, c.status, "POST", "/v1/previews", c.body)
		if !strings.Contains(string(a.body), c.says) || strings.Contains(string(a.body), "secret") {
			t.Errorf("%v: %s", c.failure, a.body)
		}
	}
	b.candidate = func(context.Context, map[string][]byte) (decision.Revision, error) { panic("the compiler broke down") }
	b.mustDo(t, 500, "POST", "/v1/previews", "{"+revenueOnly+", "+oneFile+"}")
	b.candidate = func(context.Context, map[string][]byte) (decision.Revision, error) { return b.revision, nil }
	b.mustDo(t, 200, "POST", "/v1/previews", "{"+revenueOnly+", "+oneFile+"}")
}

// TestPreviewsWaitForOneAnother: never two compilers at a time, and whoever waits too
// long is told so.
func TestPreviewsWaitForOneAnother(t *testing.T) {
	t.Parallel()
	var compiling, most atomic.Int32
	entered, release := make(chan struct{}, 10), make(chan struct{})
	p := newPreviewer(func(context.Context, decision.Revision, map[string][]byte) (decision.Revision, error) {
		most.Store(max(most.Load(), compiling.Add(1)))
		entered <- struct{}{}
		<-release
		compiling.Add(-1)
		return nil, nil
	}, 0)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if _, err := p.candidate(t.Context(), nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	<-entered
	gone, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := p.candidate(gone, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	all.Wait()
	if most.Load() != 1 {
		t.Errorf("%d compiled at a time", most.Load())
	}
}
