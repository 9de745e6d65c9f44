package opalog_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
	"assay/server/opalog"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// sink keeps the events of OPA's decision logs that it is sent, after it has failed in
// the ways that it is told to, one a request.
type sink struct {
	*httptest.Server
	hung chan struct{}

	mu      sync.Mutex
	fails   []string // hang, drop, large or a status
	largest int      // bytes of an upload, 0 for any
	ids     []string
	uploads []int
	raw     strings.Builder
	bearers []string
}

func newSink(t *testing.T, fails ...string) *sink {
	t.Helper()
	s := &sink{fails: fails, hung: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(s.hung) }) // before it
	return s
}

func (s *sink) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bearers = append(s.bearers, r.Header.Get("Authorization"))
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.Method != "POST" || r.URL.Path != "/opa/logs" || r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	if len(s.fails) > 0 {
		how := s.fails[0]
		s.fails = s.fails[1:]
		switch how {
		case "hang":
			s.mu.Unlock()
			select {
			case <-r.Context().Done():
			case <-s.hung:
			}
			s.mu.Lock()
			return
		case "drop":
			panic(http.ErrAbortHandler)
		case "redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		default:
			var status int
			_, _ = fmt.Sscan(how, &status)
			w.WriteHeader(status)
			return
		}
	}
	if s.largest > 0 && len(raw) > s.largest {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	unzipped, err := gzip.NewReader(strings.NewReader(string(raw)))
	if err != nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	plain, err := io.ReadAll(unzipped)
	var events []struct {
		DecisionID string `json:"decision_id"`
	}
	if err != nil || json.Unmarshal(plain, &events) != nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	s.raw.Write(plain)
	s.uploads = append(s.uploads, len(events))
	for _, e := range events {
		s.ids = append(s.ids, e.DecisionID)
	}
}

func (s *sink) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ids)
}

// logged appends n decisions, numbered from after on.
func logged(t *testing.T, store *db.DB, after, n int) {
	t.Helper()
	for i := after + 1; i <= after+n; i++ {
		d := decision.Decision{
			ID: fmt.Sprintf("d-%d", i), Program: "a.program", Partner: "contoso", Outcome: decision.Eligible,
			Revision: decision.Digest([]byte("tree")), AsOf: "2026-03-01", KnownAt: noon,
			FactsDigest: decision.Facts{}.Digest(), DecidedAt: noon.Add(time.Duration(i) * time.Second),
			Result: fmt.Appendf(nil, `{"outcome":"eligible","version":"Maria","phase":%q}`, decision.Digest(fmt.Append(nil, i))),
		}
		if _, err := store.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T) *db.DB {
	t.Helper()
	store := dbtest.Open(t, filepath.Join(t.TempDir(), "assay.db"))
	files := map[string][]byte{"a/a.rego": []byte("package a\n")}
	if _, err := store.Activate(t.Context(), decision.Activation{Revision: decision.Digest([]byte("tree")), At: noon}, files); err != nil {
		t.Fatal(err)
	}
	return store
}

func maker(store *db.DB) *opalog.Maker {
	return &opalog.Maker{
		Facts: store, Labels: map[string]string{"id": "test"},
		Input: func(decision.Question, decision.Facts) ([]byte, error) { return []byte(`{"facts":{}}`), nil },
		Mask:  func(context.Context, []byte) ([]byte, error) { return []byte(`["/result/version"]`), nil },
	}
}

func pusher(t *testing.T, store *db.DB, s *sink) *opalog.Pusher {
	t.Helper()
	url, err := opalog.ParseURL(s.URL + "/opa/")
	if err != nil {
		t.Fatal(err)
	}
	p := &opalog.Pusher{
		Log: store, Positions: store, Maker: maker(store), URL: url, Timeout: 200 * time.Millisecond,
		Every: time.Millisecond, First: time.Millisecond, Most: 10 * time.Millisecond,
		Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Token: func() (string, error) { return "abc", nil },
	}
	if err := p.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return p
}

// running pushes until the function that is returned is called.
func running(t *testing.T, p *opalog.Pusher) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: ", what)
		}
	}
}

func status(t *testing.T, p *opalog.Pusher) decision.SinkStatus {
	t.Helper()
	s, err := p.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wanted(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("d-%d", i+1)
	}
	return list
}

// inOrder: every decision at least once, and none before the one it follows.
func inOrder(ids []string, n int) bool {
	next := 1
	for _, id := range ids {
		var i int
		_, _ = fmt.Sscanf(id, "d-%d", &i)
		if i > next {
			return false
		}
		if i == next {
			next++
		}
	}
	return next == n+1
}

func TestPushLosesNothing(t *testing.T) {
	t.Parallel()
	store := open(t)
	s := newSink(t, "500", "hang", "drop", "503", "401", "redirect", "413", "429")
	logged(t, store, 0, 30)
	p := pusher(t, store, s)
	stop := running(t, p)
	until(t, "all 30 arrive", func() bool { return status(t, p).Lag == 0 })
	if got := s.took(); !inOrder(got, 30) {
		t.Errorf("%v", got)
	}
	until(t, "no problem is left", func() bool { return status(t, p).Problem == "" })
	if now := status(t, p); now.Position != 30 || now.Sent != 30 || now.Failures != 7 || now.AcknowledgedAt.IsZero() || !now.Since.IsZero() {
		t.Errorf("%+v", now)
	}
	stop()

	// Another server on the same database goes on where this one was.
	logged(t, store, 30, 5)
	again := pusher(t, store, s)
	running(t, again)
	until(t, "all 35 arrive", func() bool { return status(t, again).Lag == 0 })
	if got := s.took(); !slices.Equal(got, wanted(35)) {
		t.Errorf("%v", got)
	}
	if strings.Contains(s.raw.String(), "Maria") || !strings.Contains(s.raw.String(), `"erased":["/result/version"]`) {
		t.Error("what is masked left")
	}
	if slices.ContainsFunc(s.bearers, func(b string) bool { return b != "Bearer abc" }) {
		t.Errorf("%q", s.bearers)
	}
}

// An acknowledgement that does not arrive: the decisions are sent again, not left out.
func TestPushRepeatsWhatWasNotAcknowledged(t *testing.T) {
	t.Parallel()
	store := open(t)
	logged(t, store, 0, 3)
	s := newSink(t)
	p := pusher(t, store, s)
	forgetful := &forgetful{DB: store}
	p.Positions = forgetful
	running(t, p)
	until(t, "all arrive", func() bool { return status(t, p).Lag == 0 })
	if got := s.took(); !slices.Equal(got, append(wanted(3), wanted(3)...)) {
		t.Errorf("%v", got)
	}
}

// forgetful fails to keep the first position.
type forgetful struct {
	*db.DB
	failed bool
}

func (f *forgetful) AdvanceSink(ctx context.Context, name string, position int64, at time.Time) error {
	if !f.failed {
		f.failed = true
		return errors.New("the disk is full")
	}
	return f.DB.AdvanceSink(ctx, name, position, at)
}

func TestPushKeepsUploadsSmall(t *testing.T) {
	t.Parallel()
	store := open(t)
	logged(t, store, 0, 60)
	s := newSink(t)
	s.largest = 1000
	p := pusher(t, store, s)
	running(t, p)
	until(t, "all arrive", func() bool { return status(t, p).Lag == 0 })
	if got := s.took(); !slices.Equal(got, wanted(60)) {
		t.Errorf("%v", got)
	}
	if now := status(t, p); now.Failures != 0 {
		t.Errorf("a smaller upload is no failure: %+v", now)
	}
	if len(s.uploads) < 5 {
		t.Errorf("uploads of %v events within 1000 bytes", s.uploads)
	}
}

func TestPushStaysAtWhatTheSinkRefuses(t *testing.T) {
	t.Parallel()
	store := open(t)
	logged(t, store, 0, 2)
	s := newSink(t)
	s.largest = 10
	p := pusher(t, store, s)
	running(t, p)
	until(t, "it is said", func() bool { return status(t, p).Problem != "" })
	now := status(t, p)
	if now.Lag != 2 || now.Position != 0 || now.Since.IsZero() || !strings.Contains(now.Problem, "decision at 1 ") {
		t.Errorf("%+v", now)
	}
	s.mu.Lock()
	s.largest = 0
	s.mu.Unlock()
	until(t, "it takes them", func() bool { return status(t, p).Lag == 0 })
}

// A decision that cannot be masked does not leave, nor does any after it: the sink would
// not know of a gap.
func TestPushFailsClosed(t *testing.T) {
	t.Parallel()
	for name, mask := range map[string]string{"malformed": `["/labels/id"]`, "no list": `{}`} {
		store := open(t)
		logged(t, store, 0, 3)
		s := newSink(t)
		p := pusher(t, store, s)
		var mu sync.Mutex
		broken := true
		p.Maker.Mask = func(_ context.Context, event []byte) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if broken && strings.Contains(string(event), `"d-2"`) {
				return []byte(mask), nil
			}
			return []byte(`["/result/version"]`), nil
		}
		stop := running(t, p)
		until(t, name, func() bool { return strings.Contains(status(t, p).Problem, "event of decision d-2: the mask") })
		if got := s.took(); !slices.Equal(got, wanted(1)) {
			t.Errorf("%s: %v", name, got)
		}
		mu.Lock()
		broken = false
		mu.Unlock()
		until(t, "it is mended", func() bool { return status(t, p).Lag == 0 })
		stop()
		if got := s.took(); !slices.Equal(got, wanted(3)) || strings.Contains(s.raw.String(), "Maria") {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPushFromNow(t *testing.T) {
	t.Parallel()
	store := open(t)
	logged(t, store, 0, 3)
	s := newSink(t)
	p := pusher(t, store, s)
	p.URL += "/other"
	if err := p.Open(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if now := status(t, p); now.Position != 3 || now.Lag != 0 {
		t.Errorf("%+v", now)
	}
	logged(t, store, 3, 1)
	// It is known by now, so from where it starts is settled.
	if err := p.Open(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if now := status(t, p); now.Position != 3 || now.Lag != 1 {
		t.Errorf("%+v", now)
	}
}

func TestSinkURLs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://logs.example/opa/":    "https://logs.example/opa",
		"http://127.0.0.1:9000":        "http://127.0.0.1:9000",
		"http://[::1]:9000/":           "http://[::1]:9000",
		"http://localhost/x":           "http://localhost/x",
		"http://logs.example":          "",
		"http://127.0.0.1.example":     "",
		"https://user:pw@logs.example": "",
		"https://logs.example?token=x": "",
		"https://logs.example#x":       "",
		"logs.example":                 "",
		"https://":                     "",
		"file:///tmp/x":                "",
		"":                             "",
	} {
		got, err := opalog.ParseURL(raw)
		if got != want || (err != nil) != (want == "") || err != nil && strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}

// What is exported is what would be pushed, from one instant to before another.
func TestExport(t *testing.T) {
	t.Parallel()
	store := open(t)
	logged(t, store, 0, 205)
	for _, c := range []struct{ from, to, first, n int }{{0, 0, 1, 205}, {100, 0, 100, 106}, {0, 4, 1, 3}, {200, 202, 200, 2}} {
		var from, to time.Time
		if c.from > 0 {
			from = noon.Add(time.Duration(c.from) * time.Second)
		}
		if c.to > 0 {
			to = noon.Add(time.Duration(c.to) * time.Second)
		}
		var b strings.Builder
		if err := opalog.Export(t.Context(), &b, store, maker(store), from, to); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != c.n || !strings.Contains(lines[0], fmt.Sprintf(`"decision_id":"d-%d"`, c.first)) || strings.Contains(b.String(), "Maria") {
			t.Errorf("%+v: %d lines, first %s", c, len(lines), lines[0])
		}
	}
	m := maker(store)
	m.Mask = func(_ context.Context, event []byte) ([]byte, error) {
		if strings.Contains(string(event), `"d-3"`) {
			return nil, errors.New("no")
		}
		return []byte("[]"), nil
	}
	var b strings.Builder
	err := opalog.Export(t.Context(), &b, store, m, time.Time{}, time.Time{})
	if err == nil || err.Error() != "event of decision d-3: no" || strings.Count(b.String(), "\n") != 2 || !strings.HasSuffix(b.String(), "\n") {
		t.Errorf("%v, %s", err, &b)
	}
}

// An input that is not what was evaluated is no input.
func TestNoFalseInput(t *testing.T) {
	t.Parallel()
	store := open(t)
	logged(t, store, 0, 1)
	found, err := store.DecisionsInOrder(t.Context(), 0, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := maker(store).Make(t.Context(), found[0])
	if err != nil || !strings.Contains(string(whole), `"input":{"facts":{}}`) {
		t.Fatal(string(whole), err)
	}
	found[0].FactsDigest = decision.Digest(nil)
	event, err := maker(store).Make(t.Context(), found[0])
	if err != nil || strings.Contains(string(event), `"facts":{}`) || !strings.Contains(string(event), "not those that were evaluated") {
		t.Errorf("%s, %v", event, err)
	}
}
