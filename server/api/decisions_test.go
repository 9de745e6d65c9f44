package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const decide = `{"program":"csp.direct_bill.enrollment","facts":[{"kind":"revenue_report","valid_from":"2026-02-08","source":"microsoft","body":{"usd_cents":21250000}}]}`

func TestDecide(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: caller-7")
	var got, want any
	a.decode(t, &got)
	answer{body: []byte(`{
		"decision_id": "id-1", "program": "csp.direct_bill.enrollment", "outcome": "not_eligible", "outcome_text": "not eligible",
		"rollup": "not_eligible", "version": "DB-4", "as_of": "2026-03-01", "known_at": "2026-03-01T09:30:00Z",
		"decided_at": "2026-03-01T09:30:00Z", "revision": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "facts_digest": "3a0c529fcfe5a4f62e9e22d68fdd30c1e3ee37512fa3cc380cb3c127b1b63531", "request_id": "caller-7",
		"requirements": [{
			"id": "revenue", "ref": "ENR-05a", "title": "Revenue", "status": "not_met", "due": true, "reason": "not_met", "flags": ["relayed"],
			"actual": {"usd_cents": 21250000}, "required": {"usd_cents": 30000000}, "gap": {"usd_cents": 1}, "since": "2020-10-27",
			"citation": {"title": "Requirements", "url": "https://example.com/requirements"},
			"details": {"window": {"from": "2025-02", "to": "2026-01"}}, "facts": ["/facts/0"],
			"sources": [{"id": "/facts/0", "kind": "revenue_report", "valid_from": "2026-02-08", "source": "microsoft"}], "missing": [],
			"rule": {"file": "csp/direct_bill/requirements/revenue/revenue.rego", "line": 12},
			"explanation": "Revenue of USD 212,500.00 is below USD 300,000.00. The partner relayed it.", "action": "Grow."
		}]}`)}.decode(t, &want)
	if g, w := indent(got), indent(want); g != w {
		t.Errorf("got %s\nwant %s", g, w)
	}
	if a.header.Get("Location") != "/v1/decisions/id-1" || a.header.Get("Content-Language") != "en" || a.header.Get("Vary") != "Accept-Language" {
		t.Errorf("headers %v", a.header)
	}
	// What is read later is what was answered.
	if read, answered := b.read(t, "/v1/decisions/id-1"), indent(got); read != answered {
		t.Errorf("read %s\nanswered %s", read, answered)
	}
}

// read is a decision as it was answered: without what only reading one tells.
func (b *bench) read(t *testing.T, path string) string {
	t.Helper()
	var d map[string]any
	a := b.mustDo(t, 200, "GET", path, "")
	a.decode(t, &d)
	for _, requirement := range d["requirements"].([]any) {
		finding := requirement.(map[string]any)
		if finding["details"] != nil && finding["lineage"] == nil {
			t.Errorf("nothing says where the values are from: %s", a.body)
		}
		for _, name := range []string{"lineage", "overruled", "overruled_text"} {
			delete(finding, name)
		}
	}
	return indent(d)
}

func indentBody(t *testing.T, a answer) string {
	t.Helper()
	var value any
	a.decode(t, &value)
	return indent(value)
}

func indent(v any) string {
	out, _ := json.MarshalIndent(v, "", "  ")
	return string(out)
}

func TestDecideOnStoredFacts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var d Decision
	request := `{"program":"csp.direct_bill.enrollment","partner":"contoso"%s}`
	b.mustDo(t, 201, "POST", "/v1/decisions", fmt.Sprintf(request, "")).decode(t, &d)
	r := d.Requirements[0]
	if d.Outcome != "incomplete" || *d.Partner != "contoso" || r.Status != RequirementFindingStatusUnknown || r.Missing[0].Kind != "revenue_report" || r.Explanation == "" {
		t.Errorf("got %+v", d)
	}
	b.mustDo(t, 201, "POST", "/v1/partners/contoso/facts", `{"facts":[`+revenue+`]}`)
	a := b.mustDo(t, 201, "POST", "/v1/decisions", fmt.Sprintf(request, ""))
	a.decode(t, &d)
	answered := indentBody(t, a)
	if source := d.Requirements[0].Sources[0]; d.Outcome != "not_eligible" || d.Requirements[0].Facts[0] != "f1" || source.Id != "f1" || source.RecordedAt == nil {
		t.Errorf("got %+v", d)
	}
	// What is recorded later does not change where the decision says its facts come from.
	b.mustDo(t, 201, "POST", "/v1/partners/contoso/facts", `{"facts":[`+strings.Replace(revenue, "21250000", "1", 1)+`]}`)
	if read := b.read(t, "/v1/decisions/"+d.DecisionId); read != answered {
		t.Errorf("read %s\nanswered %s", read, answered)
	}
	b.mustDo(t, 201, "POST", "/v1/decisions", fmt.Sprintf(request, `,"as_of":"2026-01-31","known_at":"2026-03-01T09:29:59.123456789Z","facts":[]`),
		"X-Request-ID: x").decode(t, &d)
	if d.Outcome != "incomplete" || d.AsOf != "2026-01-31" {
		t.Errorf("got %+v", d)
	}
}

func TestDecideOnAnAction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const request = `{"program":"csp.direct_bill.actions","action":"renewal","actor":{"id":"anna","roles":["global_admin"]},"facts":[]}`
	a := b.mustDo(t, 201, "POST", "/v1/decisions?lang=it", request)
	var d Decision
	a.decode(t, &d)
	r := d.Requirements[0]
	if d.Outcome != "deny" || d.OutcomeText != "negato" || *d.RollupText != "Decide una persona." || *d.Action != "renewal" || d.Actor.Id != "anna" ||
		r.Reason != "renewal" || *r.NextOn != "2026-04-01" || r.Details["roles"].([]any)[0] != "global_admin" || r.Details["next_on"] != nil {
		t.Errorf("got %s", a.body)
	}
	if read, answered := b.read(t, "/v1/decisions/"+d.DecisionId+"?lang=it"), indentBody(t, a); read != answered {
		t.Errorf("read %s\nanswered %s", read, answered)
	}
	var p Program
	b.mustDo(t, 200, "GET", "/v1/programs/csp.direct_bill.actions?lang=it", "").decode(t, &p)
	if p.Title != "Azioni" || p.Outcomes["deny"] != "negato" || len(p.Actions) != 2 || p.Actions[0].Title != "rinnovo" || p.Actions[1].Title != "add_on" {
		t.Errorf("got %+v", p)
	}
	for body, pointer := range map[string]string{
		strings.Replace(decide, `"facts"`, `"action":"renewal","facts"`, 1):   "/action",
		strings.Replace(request, "renewal", "Renewal", 1):                     "/action",
		strings.Replace(request, `["global_admin"]`, `["Global admin"]`, 1):   "/actor/roles/0",
		strings.Replace(request, `"roles":["global_admin"]`, `"role":"x"`, 1): "/actor/role",
		strings.Replace(request, `"id":"anna",`, ``, 1):                       "/actor",
	} {
		if a := b.do(t, "POST", "/v1/decisions", body); a.status != 400 && a.status != 422 || !strings.Contains(string(a.body), `"`+pointer+`"`) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	for _, c := range []struct{ query, accept, language, title string }{
		{"", "", "en", "Revenue"},
		{"", "Accept-Language: it-CH, en;q=0.5", "it", "Ricavi"},
		{"", "Accept-Language: de, fr;q=0.5", "en", "Revenue"},
		{"", "Accept-Language: ;;;", "en", "Revenue"},
		{"?lang=it", "Accept-Language: en", "it", "Ricavi"},
		{"?lang=it-IT", "", "it", "Ricavi"},
		{"?lang=en-GB", "Accept-Language: it", "en", "Revenue"},
	} {
		var d Decision
		a := b.mustDo(t, 200, "GET", "/v1/decisions/id-2"+c.query, "", c.accept)
		a.decode(t, &d)
		if a.header.Get("Content-Language") != c.language || d.Requirements[0].Title != c.title {
			t.Errorf("%+v: got %s, %s", c, a.header.Get("Content-Language"), d.Requirements[0].Title)
		}
	}
	a := b.mustDo(t, 200, "GET", "/v1/decisions/id-2", "", "Accept-Language: de", "Accept-Language: it")
	if !strings.Contains(string(a.body), `"outcome_text":"non idoneo"`) || !strings.Contains(string(a.body), "I ricavi di 212.500,00 USD sono sotto 300.000,00 USD, in vigore dal 27 ottobre 2020.") {
		t.Errorf("got %s", a.body)
	}
	for _, lang := range []string{"de", "xx-invalid-tag-", "zz"} {
		p := b.do(t, "POST", "/v1/decisions?lang="+lang, decide).problem(t)
		if p.Code != ProblemCodeInvalidParameter || *p.Errors[0].Parameter != "lang" || len(b.store.decisions) != 1 {
			t.Errorf("%s: %+v, %d logged", lang, p, len(b.store.decisions))
		}
	}
}

// An old decision speaks the words of its own revision; if that is gone, its codes.
func TestOldRevisions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: x")
	old := b.mustDo(t, 200, "GET", "/v1/decisions/id-1", "").body
	b.revisions.all = append(b.revisions.all, &fakeRevision{digest: "bbbb"})
	if now := b.mustDo(t, 200, "GET", "/v1/decisions/id-1", "").body; string(now) != string(old) {
		t.Errorf("got %s\nwant %s", now, old)
	}
	b.revisions.all = b.revisions.all[1:]
	var d Decision
	b.mustDo(t, 200, "GET", "/v1/decisions/id-1", "").decode(t, &d)
	if r := d.Requirements[0]; r.Title != "revenue" || r.Explanation != "not_met" || r.Rule != nil || r.Actual == nil {
		t.Errorf("got %+v", r)
	}
}

func TestActivationInTheMidst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	englishOnly := fakeTexts()
	delete(englishOnly, "it")
	b.revisions.next = &fakeRevision{digest: "bbbb", texts: englishOnly}
	var d Decision
	a := b.mustDo(t, 201, "POST", "/v1/decisions?lang=it", decide, "X-Request-ID: x")
	a.decode(t, &d)
	if d.Revision != "bbbb" || a.header.Get("Content-Language") != "en" || d.Requirements[0].Title != "Revenue" {
		t.Errorf("got %v %s", a.header, a.body)
	}
}

func TestOddResults(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.revision.evaluate = func() ([]byte, error) {
		return []byte(`{"outcome":"allow","findings":[{"id":"x","status":"met","due":false,"reason":"r",` +
			`"shown":{"since":"long ago","citation":"a book","actual":false,"required":["a"],"n":1e400}}]}`), nil
	}
	a := b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	for _, part := range []string{`"rollup":"allow"`, `"actual":false`, `"required":["a"]`, `"details":{"citation":"a book","n":1e400,"since":"long ago"}`, `"title":"x"`} {
		if !strings.Contains(string(a.body), part) {
			t.Errorf("no %s in %s", part, a.body)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	start := b.now
	for i := range 7 {
		partner := []string{"contoso", "fabrikam"}[i%2]
		b.mustDo(t, 201, "POST", "/v1/decisions", `{"program":"csp.direct_bill.enrollment","partner":"`+partner+`"}`, fmt.Sprintf("X-Request-ID: r%d", i))
		b.now = b.now.Add(time.Hour)
	}
	search := func(filters string) (seen string) {
		cursor := ""
		for range 9 {
			var page DecisionList
			b.mustDo(t, 200, "GET", "/v1/decisions?limit=2"+filters+cursor, "").decode(t, &page)
			for _, d := range page.Decisions {
				seen += strings.TrimPrefix(*d.RequestId, "r")
			}
			if page.NextCursor == nil {
				return seen + "."
			}
			cursor = "&cursor=" + *page.NextCursor
		}
		return seen
	}
	at := func(hours int) string {
		return url.QueryEscape(start.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339))
	}
	for filters, want := range map[string]string{
		"": "6543210.", "&partner=fabrikam": "531.", "&outcome=eligible": ".", "&outcome=incomplete&program=csp.direct_bill.enrollment&partner=contoso": "6420.",
		"&decided_from=" + at(2) + "&decided_to=" + at(4): "32.", "&program=other": ".", "&lang=it": "6543210.",
	} {
		if got := search(filters); got != want {
			t.Errorf("%s: got %s, want %s", filters, got, want)
		}
	}
}

func TestCursorsBelongToTheirFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 3 {
		b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	}
	var page DecisionList
	b.mustDo(t, 200, "GET", "/v1/decisions?limit=1&outcome=not_eligible", "").decode(t, &page)
	good := *page.NextCursor
	b.mustDo(t, 200, "GET", "/v1/decisions?limit=3&lang=it&outcome=not_eligible&cursor="+good, "")
	for _, query := range []string{
		"/v1/decisions?cursor=" + good, "/v1/partners?cursor=" + good, "/v1/decisions?outcome=not_eligible&cursor=" + good + "A",
		"/v1/decisions?cursor=e30", "/v1/decisions?cursor=!", "/v1/decisions?cursor=",
	} {
		p := b.do(t, "GET", query, "").problem(t)
		if p.Code != ProblemCodeInvalidParameter || *p.Errors[0].Parameter != "cursor" {
			t.Errorf("%s: %+v", query, p)
		}
	}
}
