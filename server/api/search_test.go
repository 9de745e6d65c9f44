package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/server/decision"
)

// Every filter reaches the store as it was asked for, and only those that were.
func TestFiltersOfASearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	revision := strings.Repeat("0123456789abcdef", 4)
	due := false
	whole := decision.DecisionQuery{Limit: defaultLimit + 1}
	queries := url.Values{}
	for _, c := range []struct {
		name, value string
		set         func(*decision.DecisionQuery)
	}{
		{"partner", "contoso", func(q *decision.DecisionQuery) { q.Partner = "contoso" }},
		{"program", "csp.x", func(q *decision.DecisionQuery) { q.Program = "csp.x" }},
		{"outcome", "deny", func(q *decision.DecisionQuery) { q.Outcome = "deny" }},
		{"requirement", "revenue", func(q *decision.DecisionQuery) { q.Requirement = "revenue" }},
		{"status", "not_met", func(q *decision.DecisionQuery) { q.Status = "not_met" }},
		{"reason", "below", func(q *decision.DecisionQuery) { q.Reason = "below" }},
		{"due", "false", func(q *decision.DecisionQuery) { q.Due = &due }},
		{"action", "renewal", func(q *decision.DecisionQuery) { q.Action = "renewal" }},
		{"revision", revision, func(q *decision.DecisionQuery) { q.Revision = revision }},
		{"caller", "crm", func(q *decision.DecisionQuery) { q.Caller = "crm" }},
		{"request_id", "r-1", func(q *decision.DecisionQuery) { q.RequestID = "r-1" }},
		{"trace_id", revision[:32], func(q *decision.DecisionQuery) { q.TraceID = revision[:32] }},
		{"as_of_from", "2026-01-01", func(q *decision.DecisionQuery) { q.AsOfFrom = "2026-01-01" }},
		{"as_of_to", "2026-02-01", func(q *decision.DecisionQuery) { q.AsOfTo = "2026-02-01" }},
		{"decided_from", "2026-01-01T00:00:00Z", func(q *decision.DecisionQuery) { q.DecidedFrom = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"decided_to", "2026-02-01T00:00:00Z", func(q *decision.DecisionQuery) { q.DecidedTo = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) }},
		{"order", "oldest", func(q *decision.DecisionQuery) { q.OldestFirst = true }},
	} {
		alone := decision.DecisionQuery{Limit: defaultLimit + 1}
		c.set(&alone)
		c.set(&whole)
		queries.Set(c.name, c.value)
		b.mustDo(t, 200, "GET", "/v1/decisions?"+url.Values{c.name: {c.value}}.Encode(), "")
		if diff := cmp.Diff(alone, b.store.asked); diff != "" {
			t.Errorf("%s (-want +asked):\n%s", c.name, diff)
		}
	}
	b.mustDo(t, 200, "GET", "/v1/decisions?"+queries.Encode(), "")
	if diff := cmp.Diff(whole, b.store.asked); diff != "" {
		t.Errorf("all (-want +asked):\n%s", diff)
	}
	if asked := reflect.ValueOf(whole); asked.NumField() != len(queries)+2 { // After and Limit
		t.Errorf("a query has %d fields, and %d are filters here", asked.NumField(), len(queries))
	}

	for query, parameter := range map[string]string{
		"status=Not%20met": "status", "due=maybe": "due", "due=1": "due", "order=random": "order", "trace_id=abc": "trace_id",
		"as_of_from=2026-02-30": "as_of_from", "as_of_from=2026-02-01&as_of_to=2026-02-01": "as_of_to", "revision=latest": "revision",
		"decided_from=2026-02-01T00:00:00Z&decided_to=2026-01-01T00:00:00Z": "decided_to",
	} {
		p := b.do(t, "GET", "/v1/decisions?"+query, "").problem(t)
		if p.Code != ProblemCodeInvalidParameter || *p.Errors[0].Parameter != parameter {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

// Whoever asks is kept with the decision: the caller's own name, and the trace if it is
// one.
func TestCallersAndTraces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	for header, want := range map[string]string{
		"00-" + trace + "-00f067aa0ba902b7-01":                   trace,
		"cc-" + trace + "-00f067aa0ba902b7-01-what-comes-later":  trace,
		"00-" + trace + "-00f067aa0ba902b7-01-more":              "",
		"ff-" + trace + "-00f067aa0ba902b7-01":                   "",
		"00-" + strings.Repeat("0", 32) + "-00f067aa0ba902b7-01": "",
		"00-" + trace + "-0000000000000000-01":                   "",
		"00-" + strings.ToUpper(trace) + "-00f067aa0ba902b7-01":  "",
		"nonsense": "",
	} {
		var d Decision
		b.mustDo(t, 201, "POST", "/v1/decisions", decide, "Traceparent: "+header, "Assay-Caller: crm").decode(t, &d)
		if value(d.TraceId) != want || value(d.Caller) != "crm" {
			t.Errorf("%s: %s asked in trace %q", header, value(d.Caller), value(d.TraceId))
		}
	}
	if p := b.do(t, "POST", "/v1/decisions", decide, "Assay-Caller: two words").problem(t); *p.Errors[0].Parameter != "Assay-Caller" {
		t.Errorf("%+v", p)
	}
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	for accept, want := range map[string]string{
		"": jsonType, "*/*": jsonType, "text/csv": csvType, "text/*": csvType, "application/*": jsonType, "application/x-ndjson": ndjsonType,
		"text/html, */*;q=0.1": jsonType, "application/json;q=0.5, text/csv": csvType, "text/csv, application/json;q=0": csvType,
		"*/*, application/json;q=0": ndjsonType, "TEXT/CSV; charset=utf-8": csvType, "!, text/csv": csvType, "text/html": "", "*/*;q=0": "",
	} {
		a := b.do(t, "GET", "/v1/decisions", "", "Accept: "+accept)
		if got := a.header.Get("Content-Type"); a.status == 200 && got != want || a.status == 406 && want != "" {
			t.Errorf("%q: %d %s", accept, a.status, got)
		}
		if want == "" && a.problem(t).Code != ProblemCodeNotAcceptable {
			t.Errorf("%q: %s", accept, a.body)
		}
	}
	for _, query := range []string{"?limit=10", "?cursor=abc"} {
		if p := b.do(t, "GET", "/v1/decisions"+query, "", "Accept: text/csv").problem(t); p.Code != ProblemCodeInvalidParameter {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

func TestExports(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if lines := b.mustDo(t, 200, "GET", "/v1/decisions", "", "Accept: text/csv").body; string(lines) != strings.Join(csvColumns, ",")+"\n" {
		t.Errorf("nothing to export: %q", lines)
	}
	if lines := b.mustDo(t, 200, "GET", "/v1/decisions", "", "Accept: application/x-ndjson").body; len(lines) != 0 {
		t.Errorf("nothing to export: %q", lines)
	}
	const n = 450
	for i := range n {
		partner := fmt.Sprintf("p%d", i)
		b.mustDo(t, 201, "POST", "/v1/decisions", `{"program":"csp.direct_bill.enrollment","partner":"`+partner+`","facts":[]}`, "Assay-Caller: =cmd()")
	}
	lines := strings.Split(strings.TrimSpace(string(b.mustDo(t, 200, "GET", "/v1/decisions?lang=it", "", "Accept: application/x-ndjson").body)), "\n")
	var page DecisionList
	b.mustDo(t, 200, "GET", "/v1/decisions?limit=1&lang=it", "").decode(t, &page)
	var first DecisionSummary
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != n {
		t.Fatal(len(lines), err)
	}
	if diff := cmp.Diff(page.Decisions[0], first); diff != "" {
		t.Errorf("a line is not what a page has (-page +line):\n%s", diff)
	}

	rows, err := csv.NewReader(strings.NewReader(string(b.mustDo(t, 200, "GET", "/v1/decisions?order=oldest", "", "Accept: text/csv").body))).ReadAll()
	if err != nil || len(rows) != n+1 {
		t.Fatal(len(rows), err)
	}
	cells := make(map[string]string)
	for i, column := range rows[0] {
		cells[column] = rows[1][i]
	}
	if cells["partner"] != "p0" || cells["caller"] != "'=cmd()" || cells["outcome"] != "incomplete" || cells["decided_at"] != "2026-03-01T09:30:00Z" {
		t.Errorf("got %v", cells)
	}
}

// An export that cannot be completed does not look as if it were.
func TestExportsThatBreakOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 250 {
		b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	}
	server := httptest.NewServer(b.echo)
	defer server.Close()
	export := func(accept string, failsAt int) (*http.Response, string, error) {
		b.store.searches, b.store.failsAt = 0, failsAt
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/decisions", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", accept)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return response, string(body), err
	}
	for _, kind := range []string{ndjsonType, csvType} {
		if response, body, err := export(kind, 1); response.StatusCode != 500 || err != nil || !strings.Contains(body, "internal_error") {
			t.Errorf("%s, nothing can be read: %d %v %s", kind, response.StatusCode, err, body)
		}
	}
	response, body, err := export(ndjsonType, 3)
	lines := strings.Split(strings.TrimSpace(body), "\n")
	var last struct{ Error Problem }
	if err != nil || response.StatusCode != 200 || len(lines) != 201 || json.Unmarshal([]byte(lines[200]), &last) != nil || last.Error.Code != ProblemCodeInternalError {
		t.Errorf("%d %v, %d lines, the last is %s", response.StatusCode, err, len(lines), lines[len(lines)-1])
	}
	if response, body, err := export(csvType, 3); err == nil || response.StatusCode != 200 || strings.Count(body, "\n") != 201 {
		t.Errorf("%d %v, %d lines", response.StatusCode, err, strings.Count(body, "\n"))
	}
	if logged := b.logs.String(); strings.Count(logged, "the disk is gone") != 4 {
		t.Errorf("the log says %s", logged[max(0, len(logged)-2000):])
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.tally = decision.Tally{
		Outcomes: []decision.OutcomeCount{
			{Day: "2026-03-01", Program: "b", Outcome: "deny", Count: 3}, {Day: "2026-03-02", Program: "a", Outcome: "allow", Count: 4},
			{Day: "2026-03-02", Program: "b", Outcome: "deny", Count: 5},
		},
		Findings: []decision.FindingCount{{Program: "a", Requirement: "revenue", Status: "met", Due: true, Reason: "met", Count: 4}},
	}
	a := b.mustDo(t, 200, "GET", "/v1/decisions/stats?program=a.b&decided_from=2026-03-01&decided_to=2026-04-01", "")
	const want = `{"decisions":12,"outcomes":[{"program":"a","outcome":"allow","decisions":4},{"program":"b","outcome":"deny","decisions":8}],` +
		`"requirements":[{"program":"a","requirement":"revenue","status":"met","due":true,"reason":"met","decisions":4}],` +
		`"days":[{"day":"2026-03-01","program":"b","outcome":"deny","decisions":3},{"day":"2026-03-02","program":"a","outcome":"allow","decisions":4},` +
		`{"day":"2026-03-02","program":"b","outcome":"deny","decisions":5}]}`
	if got := strings.TrimSpace(string(a.body)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if diff := cmp.Diff(decision.TallyQuery{Program: "a.b", From: "2026-03-01", To: "2026-04-01"}, b.store.counted); diff != "" {
		t.Error(diff)
	}
	b.store.tally = decision.Tally{}
	if a := b.mustDo(t, 200, "GET", "/v1/decisions/stats", ""); !strings.Contains(string(a.body), `"outcomes":[]`) {
		t.Errorf("got %s", a.body)
	}
	if p := b.do(t, "GET", "/v1/decisions/stats?decided_from=2026-03-01&decided_to=2026-03-01", "").problem(t); *p.Errors[0].Parameter != "decided_to" {
		t.Errorf("%+v", p)
	}
}
