package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"assay/server/decision"
)

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.mustDo(t, 200, "GET", "/health/live", "", "X-Request-ID: abc-1")
	if a.header.Get("X-Request-ID") != "abc-1" {
		t.Errorf("got %v", a.header)
	}
	for _, id := range []string{"", "two words", "tab\t", "é", strings.Repeat("x", 129)} {
		a := b.mustDo(t, 200, "GET", "/health/live", "", "X-Request-ID: "+id)
		if got := a.header.Get("X-Request-ID"); !strings.HasPrefix(got, "id-") {
			t.Errorf("%q was taken: %q", id, got)
		}
	}
}

func TestOneLinePerRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: r")
	line := b.logs.String()
	var entry map[string]any
	if err := json.Unmarshal([]byte(line), &entry); err != nil {
		t.Fatalf("not one line: %q", line)
	}
	for name, want := range map[string]any{
		"level": "INFO", "request_id": "r", "method": "POST", "route": "/v1/decisions", "status": 201.0, "outcome": "not_eligible", "revision": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	} {
		if entry[name] != want {
			t.Errorf("%s: got %v, want %v", name, entry[name], want)
		}
	}
	if entry["bytes"].(float64) == 0 || strings.Contains(line, "21250000") {
		t.Errorf("got %s", line)
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.revision.evaluate = func() ([]byte, error) { panic("SECRET") }
	a := b.mustDo(t, 500, "POST", "/v1/decisions", decide, "X-Request-ID: r")
	if p := a.problem(t); p.Code != ProblemCodeInternalError || p.RequestId != "r" || strings.Contains(string(a.body), "SECRET") {
		t.Errorf("got %s", a.body)
	}
	if log := b.logs.String(); !strings.Contains(log, `"request_id":"r"`) || !strings.Contains(log, "SECRET") || !strings.Contains(log, "Evaluate") || !strings.Contains(log, "ERROR") {
		t.Errorf("logged %s", log)
	}
	b.revision.evaluate = func() ([]byte, error) { panic(http.ErrAbortHandler) }
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the abort did not go through")
		}
	}()
	b.do(t, "POST", "/v1/decisions", decide)
}

// A caller that goes away is in the log, but is not an error of the server.
func TestCallerGoesAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.revision.evaluate = func() ([]byte, error) { return nil, fmt.Errorf("evaluate: %w", context.Canceled) }
	if p := b.mustDo(t, 503, "POST", "/v1/decisions", decide).problem(t); p.Code != ProblemCodeTimeout {
		t.Errorf("got %+v", p)
	}
	if log := b.logs.String(); !strings.Contains(log, `"level":"INFO"`) || len(b.store.decisions) != 0 {
		t.Errorf("logged %s", log)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	b := setup(t)
	service := &decision.Service{Revisions: b.revisions, Store: b.store, Now: time.Now, NewID: func() string { return "made" }}
	server := httptest.NewServer(New(Config{Service: service, Ping: func(context.Context) error { return nil }}))
	defer server.Close()
	for size, want := range map[int]int{DefaultBodyLimit: 201, DefaultBodyLimit + 1: 413} {
		body := decide + strings.Repeat(" ", size-len(decide))
		response, err := http.Post(server.URL+"/v1/decisions", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != want || response.Header.Get("X-Request-ID") != "made" {
			t.Errorf("%d bytes: %d %s %v", size, response.StatusCode, answer, err)
		}
		if want == 413 && !strings.Contains(string(answer), "1048576") {
			t.Errorf("the limit is not named: %s", answer)
		}
	}
}

func TestStoreErrorsDoNotLeak(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	b.store.err = errors.New("SECRET")
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/v1/decisions", decide}, {"GET", "/v1/decisions", ""}, {"GET", "/v1/decisions/id-2", ""}, {"GET", "/v1/partners", ""},
		{"GET", "/v1/partners/contoso/facts", ""}, {"POST", "/v1/partners/contoso/facts", `{"facts":[` + revenue + `]}`},
	} {
		b.logs.Reset()
		a := b.mustDo(t, 500, c.method, c.path, c.body)
		if a.problem(t).Code != ProblemCodeInternalError || strings.Contains(string(a.body), "SECRET") || strings.Count(b.logs.String(), "SECRET") != 1 {
			t.Errorf("%s %s: %s\nlogged %s", c.method, c.path, a.body, b.logs)
		}
	}
}

// A page whose name was made to point at this machine gets no answer.
func TestOnlyNamesOfThisMachine(t *testing.T) {
	t.Parallel()
	handler := answerTo(true)(func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	for host, fine := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1:8080": true, "127.1.2.3": true, "[::1]:8080": true, "[::1]": true, "": true,
		"evil.example": false, "evil.example:8080": false, "192.0.2.1:8080": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false,
	} {
		request := httptest.NewRequest(http.MethodGet, "/health", nil)
		request.Host = host
		err := handler(echo.New().NewContext(request, httptest.NewRecorder()))
		if (err == nil) != fine {
			t.Errorf("%q: %v", host, err)
		}
	}
}
