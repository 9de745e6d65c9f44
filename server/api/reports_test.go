package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/server/decision"
)

func TestReports(t *testing.T) {
	t.Parallel()
	b := setup(t)
	accepted := decision.Acceptance{By: "anna", At: b.now.Add(time.Hour)}
	kept := fmt.Sprintf(`{"live":%q,"candidate":%q,"values":[],"files":[],"units":[],"sections":[],"report":%q,"evaluation":{}}`, one, two, one)
	b.store.reports = []decision.Report{
		{Seq: 1, ID: one, CreatedAt: b.now, Live: one, Candidate: two, Content: []byte(kept), Accepted: accepted},
		{Seq: 2, ID: two, CreatedAt: b.now, Live: two, Candidate: one, Content: []byte("{}")},
	}
	var list ReportList
	b.mustDo(t, 200, "GET", "/v1/reports?limit=1", "").decode(t, &list)
	if len(list.Reports) != 1 || list.Reports[0].Report != two || list.Reports[0].Acceptance != nil || list.NextCursor == nil {
		t.Fatalf("got %s", indent(list))
	}
	b.mustDo(t, 200, "GET", "/v1/reports?limit=1&cursor="+*list.NextCursor, "").decode(t, &list)
	if r := list.Reports[0]; r.Report != one || r.Live != one || r.Candidate != two || r.Acceptance == nil || r.Acceptance.By != "anna" || !r.Acceptance.At.Equal(accepted.At) {
		t.Errorf("got %s", indent(list))
	}

	for accept, want := range map[string]string{
		"":                        "json application/json",
		"*/*":                     "json application/json",
		"application/pdf":         "json application/json",
		"text/markdown":           "markdown text/markdown; charset=utf-8",
		"text/*":                  "markdown text/markdown; charset=utf-8",
		"text/csv, text/markdown": "csv text/csv; charset=utf-8",
		"text/csv;q=0.5, text/markdown;q=0.6, application/json;q=0": "markdown text/markdown; charset=utf-8",
		"text/html, text/csv;q=high, , text/csv;q=0.1, */*;q=0.01":  "csv text/csv; charset=utf-8",
	} {
		_, a := b.send("GET", "/v1/reports/"+one, "", "Accept: "+accept)
		form, mediaType, _ := strings.Cut(want, " ")
		if a.status != 200 || a.header.Get("Content-Type") != mediaType || string(a.body) != fmt.Sprintf(`{"form": %q, "of": %s}`, form, kept) {
			t.Errorf("%q: got %v %s", accept, a.header, a.body)
		}
	}
	if a := b.mustDo(t, 404, "GET", "/v1/reports/"+refused, ""); a.problem(t).Code != ProblemCodeReportNotFound {
		t.Errorf("got %s", a.body)
	}
}

func TestChecking(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.revisions.status.Checking = &decision.Checking{Revision: two, Since: b.now}
	var status PolicyStatus
	b.mustDo(t, 200, "GET", "/v1/status", "").decode(t, &status)
	if status.State != PolicyStatusStateOk || status.Checking.Revision != two || !status.Checking.Since.Equal(b.now) {
		t.Errorf("got %s", indent(status))
	}
}

func TestAcceptReport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 404, "POST", "/v1/reports/"+one+"/accept", `{"by": "anna"}`)
	b.revisions.status.Waiting = &decision.Waiting{Revision: two, Report: one, Exceeded: []string{"too much"}, Since: b.now}
	var status PolicyStatus
	b.mustDo(t, 200, "GET", "/v1/status", "").decode(t, &status)
	if status.State != PolicyStatusStateWaiting || status.Waiting.Report != one || status.Waiting.Revision != two || len(status.Waiting.Exceeded) != 1 {
		t.Errorf("got %s", indent(status))
	}
	b.mustDo(t, 404, "POST", "/v1/reports/"+two+"/accept", `{"by": "anna"}`)
	b.mustDo(t, 422, "POST", "/v1/reports/"+one+"/accept", `{}`)
	for _, blank := range []string{"", " ", `\u00a0\t`} {
		if a := b.mustDo(t, 422, "POST", "/v1/reports/"+one+"/accept", `{"by": "`+blank+`"}`); !strings.Contains(string(a.body), `"pointer":"/by"`) {
			t.Errorf("got %s", a.body)
		}
	}
	b.mustDo(t, 422, "POST", "/v1/revisions/"+one+"/activations", `{"by": " "}`)
	var a Activation
	b.mustDo(t, 201, "POST", "/v1/reports/"+one+"/accept", `{"by": "anna"}`).decode(t, &a)
	if a.Revision != two || *a.By != "anna" || *a.Report != one {
		t.Errorf("got %s", indent(a))
	}
	b.revisions.status.Waiting = &decision.Waiting{Revision: refused, Report: one}
	if a := b.mustDo(t, 409, "POST", "/v1/reports/"+one+"/accept", `{"by": "anna"}`); !strings.Contains(string(a.body), "candidate_changed") {
		t.Errorf("got %s", a.body)
	}
}
