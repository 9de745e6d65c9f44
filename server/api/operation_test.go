package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"assay/server/decision"
)

func TestPrograms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var list ProgramList
	b.mustDo(t, 200, "GET", "/v1/programs", "").decode(t, &list)
	if len(list.Programs) != 2 || list.Programs[0].Name != program || list.Revision != "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
		t.Errorf("got %+v", list)
	}
	var p Program
	b.mustDo(t, 200, "GET", "/v1/programs/"+program, "", "Accept-Language: it").decode(t, &p)
	r := p.Requirements[0]
	if r.Title != "Ricavi" || *r.Ref != "ENR-05a" || r.Rule.Line != 12 || r.Facts[0] != "revenue_report" || p.Revision != "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
		t.Errorf("got %+v", p)
	}
	if v := r.Values[0]; *v.Unit != "usd_cents" || v.Entries[0].Value != json.Number("30000000") && v.Entries[0].Value != 3e7 || v.Entries[0].Since != "2020-10-27" || !v.Entries[1].Uncertain {
		t.Errorf("got %+v", v)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path, want := range map[string]string{
		"/health": `{"revision":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","status":"ok"}`, "/health/live": `{"status":"ok"}`, "/health/ready": `{"status":"ok","revision":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`,
	} {
		if a := b.mustDo(t, 200, "GET", path, ""); strings.TrimSpace(string(a.body)) != want {
			t.Errorf("%s: %s", path, a.body)
		}
	}

	b.revisions.status.Problems = []decision.PolicyProblem{{File: "a.rego", Line: 3, Message: "unexpected token"}, {Message: "no programs"}}
	b.revisions.status.Warnings = []decision.PolicyProblem{{File: "b.txtar", Message: "no longer holds"}}
	b.revisions.status.Since = b.now
	a := b.mustDo(t, 200, "GET", "/health/ready", "")
	want := `{"status":"degraded","revision":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","problems":[{"file":"a.rego","line":3,"message":"unexpected token"},{"message":"no programs"}],"since":"2026-03-01T09:30:00Z"}`
	if strings.TrimSpace(string(a.body)) != want {
		t.Errorf("got %s", a.body)
	}
	var status PolicyStatus
	b.mustDo(t, 200, "GET", "/v1/status", "").decode(t, &status)
	if status.State != PolicyStatusStateDegraded || len(status.Problems) != 2 || len(status.Warnings) != 1 || status.Source != "built in" || status.Since == nil {
		t.Errorf("got %+v", status)
	}

	b.pingErr = errors.New("disk gone")
	for _, path := range []string{"/health", "/health/ready"} {
		a := b.mustDo(t, 503, "GET", path, "")
		if p := a.problem(t); p.Code != ProblemCodeStoreUnavailable || strings.Contains(string(a.body), "disk gone") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	b.mustDo(t, 200, "GET", "/health/live", "")
	if !strings.Contains(b.logs.String(), "disk gone") {
		t.Error("the cause is not in the log")
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/", "/docs"} {
		if a := b.do(t, "GET", path, ""); a.status != 302 || a.header.Get("Location") != "/docs/" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
	}
	for path, kind := range map[string]string{
		"/docs/": "text/html; charset=utf-8", "/docs/init.js": "text/javascript; charset=utf-8", "/docs/swagger-ui.css": "text/css; charset=utf-8",
		"/docs/swagger-ui-bundle.js": "text/javascript; charset=utf-8", "/docs/LICENSE": "text/plain; charset=utf-8", "/openapi.yaml": "application/yaml",
	} {
		a := b.do(t, "GET", path, "")
		if a.status != 200 || a.header.Get("Content-Type") != kind || a.header.Get("X-Content-Type-Options") != "nosniff" || len(a.body) == 0 {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		policy := a.header.Get("Content-Security-Policy")
		if strings.HasPrefix(path, "/docs/") && policy != docsPolicy || strings.Contains(policy, "unsafe-eval") {
			t.Errorf("%s: %s", path, policy)
		}
	}
	page := string(b.do(t, "GET", "/docs/", "").body)
	if strings.Contains(page, "://") || strings.Contains(page, "<script>") {
		t.Errorf("the page is not self-contained: %s", page)
	}
	for _, path := range []string{"/docs/nothing", "/docs/../api.go", "/docs/%2e%2e/api.go"} {
		if p := b.do(t, "GET", path, "").problem(t); p.Code != ProblemCodeRouteNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	var list KindList
	setup(t).mustDo(t, 200, "GET", "/v1/kinds", "").decode(t, &list)
	if len(list.Kinds) != 1 || list.Kinds[0].Name != "membership" || !strings.Contains(string(list.Kinds[0].Schema), "x-key") {
		t.Errorf("got %+v", list)
	}
}

// HEAD is answered as GET would be, without the body.
func TestHead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	server := httptest.NewServer(headAsGet(b.echo))
	defer server.Close()
	for path, want := range map[string]int{"/health/ready": 200, "/v1/programs": 200, "/v1/decisions/0199e0a4-6f2c-7c31-9d0a-3c2f8f6f5b11": 404} {
		answer, err := server.Client().Head(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != want || len(body) > 0 || err != nil {
			t.Errorf("HEAD %s: %d, %d bytes, %v", path, answer.StatusCode, len(body), err)
		}
	}
}
