package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/labstack/echo/v4"

	"assay/server/decision"
)

// bench is the API over fakes, with a clock that stands still.
type bench struct {
	echo      *echo.Echo
	store     *fakeStore
	revision  *fakeRevision
	revisions *fakeRevisions
	pingErr   error
	logs      *bytes.Buffer
	now       time.Time
	// candidate makes what previews ask for.
	candidate func(ctx context.Context, changed map[string][]byte) (decision.Revision, error)
	ledger    ledgerAnswers
}

func setup(t testing.TB) *bench {
	t.Helper()
	b := &bench{
		store:    &fakeStore{recordings: make(map[string]decision.Recording), recorded: make(map[string][]decision.Fact)},
		revision: &fakeRevision{digest: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", texts: fakeTexts()},
		logs:     new(bytes.Buffer),
		now:      time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
	}
	b.revisions = &fakeRevisions{all: []*fakeRevision{b.revision}, status: decision.PolicyStatus{Revision: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Source: "built in", ActivatedAt: b.now}}
	ids := 0
	newID := func() string { ids++; return fmt.Sprintf("id-%d", ids) }
	b.echo = newEcho(Config{
		Service:   &decision.Service{Revisions: b.revisions, Store: b.store, Now: func() time.Time { return b.now }, NewID: newID},
		Ledger:    fakeLedger{b},
		Evidence:  func(_ context.Context, id string) ([]byte, error) { return []byte("pack of " + id), b.ledger.err },
		Ping:      func(context.Context) error { return b.pingErr },
		Logger:    slog.New(slog.NewJSONHandler(b.logs, nil)),
		BodyLimit: 4096,
		Candidate: func(ctx context.Context, _ decision.Revision, changed map[string][]byte) (decision.Revision, error) {
			return b.candidate(ctx, changed)
		},
		RenderReport: func(w io.Writer, format string, content []byte) error {
			_, err := fmt.Fprintf(w, `{"form": %q, "of": %s}`, format, content)
			return err
		},
		PreviewTime: time.Second,
	})
	return b
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// decode reads the body into any shape that a test wants to look at.
func (a answer) decode(t testing.TB, into any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

func (a answer) problem(t testing.TB) Problem {
	t.Helper()
	var p Problem
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Fatalf("%d with Content-Type %q is not a problem: %s", a.status, kind, a.body)
	}
	a.decode(t, &p)
	if p.Status != a.status || p.Type != "urn:assay:problem:"+string(p.Code) || p.RequestId != a.header.Get("X-Request-ID") || !p.Code.Valid() {
		t.Fatalf("problem contradicts its answer (%d): %s", a.status, a.body)
	}
	return p
}

// do sends a request and holds it and its answer against the OpenAPI document.
// headers are "Name: value"; a body is sent as JSON unless they say otherwise.
func (b *bench) do(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	request, a := b.send(method, path, body, headers...)
	conforms(t, request, body, a)
	return a
}

func (b *bench) send(method, path, body string, headers ...string) (*http.Request, answer) {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Content-Type" {
			request.Header.Del(name)
		}
		request.Header.Add(name, value)
	}
	recorder := httptest.NewRecorder()
	b.echo.ServeHTTP(recorder, request)
	return request, answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// mustDo is do for requests that succeed.
func (b *bench) mustDo(t testing.TB, status int, method, path, body string, headers ...string) answer {
	t.Helper()
	a := b.do(t, method, path, body, headers...)
	if a.status != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, status, a.body)
	}
	return a
}

var reference = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	doc.Servers = nil
	return legacy.NewRouter(doc)
})

func init() {
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
}

// conforms uses a second implementation of OpenAPI, so that a mistake in ours shows.
func conforms(t testing.TB, request *http.Request, body string, a answer) {
	t.Helper()
	router, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	route, parameters, err := router.FindRoute(request)
	if strings.Contains(request.URL.RawPath, "%2F") || bytes.Contains(a.body, []byte(ProblemCodeRouteNotFound)) {
		return // the reference router takes an escaped slash for a slash and ignores one at the end
	}
	if err != nil {
		if a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed && a.header.Get("Content-Type") == "application/problem+json" {
			t.Fatalf("%s %s is not in the document, but answers %d", request.Method, request.URL, a.status)
		}
		return
	}
	request.Body = io.NopCloser(strings.NewReader(body))
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route, Options: &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true,
	}}
	if a.status < 300 {
		if err := openapi3filter.ValidateRequest(request.Context(), input); err != nil {
			t.Errorf("%s %s was accepted, but: %v", request.Method, request.URL, err)
		}
	}
	err = openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header, Options: input.Options,
		Body: io.NopCloser(bytes.NewReader(a.body)),
	})
	if err != nil {
		t.Errorf("%s %s: the answer %d does not fit the document: %v\n%s", request.Method, request.URL, a.status, err, a.body)
	}
}
