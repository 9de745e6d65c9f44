package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"assay/server/decision"
	"assay/server/opalog"
	"assay/server/policy"
)

// stored are the facts of the only partner there is.
type stored []decision.Fact

func (s stored) Facts(context.Context, string, decision.Day, int64) ([]decision.Fact, error) {
	return slices.Clone(s), nil
}

// TestMaskedEventsAreDecidedAlike holds every case of the policies that ship to what
// docs/opa-log.md says: the masked input gives the masked result.
func TestMaskedEventsAreDecidedAlike(t *testing.T) {
	t.Parallel()
	revision, err := loadPolicies(t.Context(), []string{shippedPolicies})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := revision.Cases()
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for i, c := range cases {
		if i%5 != 0 {
			continue // asking without a logged decision compiles the query each time
		}
		d, err := revision.DecideCase(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		maker := opalog.Maker{Facts: stored(c.Known()), Input: policy.Input, Mask: revision.Mask}
		d.Partner = "contoso"
		raw, err := maker.Make(t.Context(), decision.LoggedDecision{Seq: 1, Decision: d})
		if err != nil {
			t.Fatalf("%s: %v", c.File, err)
		}
		var event struct {
			Input, Result json.RawMessage
			Masked        []string
		}
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatal(err)
		}
		if len(event.Masked) == 0 {
			continue // it is what was asked
		}
		names++
		got, err := revision.Query(t.Context(), "data."+d.Program+".decision", event.Input)
		if err != nil {
			t.Fatalf("%s: %v", c.File, err)
		}
		var said struct {
			Result []struct {
				Expressions []struct{ Value json.RawMessage }
			}
		}
		if err := json.Unmarshal(got, &said); err != nil || len(said.Result) != 1 {
			t.Fatalf("%s: %s: %v", c.File, got, err)
		}
		again, err := decision.Canonical(said.Result[0].Expressions[0].Value)
		if err != nil {
			t.Fatal(err)
		}
		masked, err := decision.Canonical(event.Result)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, masked) {
			t.Errorf("%s: the masked input gives\n%s\nand the masked result is\n%s", c.File, again, masked)
		}
	}
	if names < 5 {
		t.Errorf("only %d cases have a name", names)
	}
}

// sink is somebody who collects the decision logs of OPAs.
type sink struct {
	*httptest.Server
	mu      sync.Mutex
	answers []int // before it takes anything
	events  []json.RawMessage
	seen    map[string]bool
}

// sink [STATUS…] starts a sink, at $SINK, that answers so to the first uploads; or tells
// the one that runs to. What it took, it keeps.
func cmdSink(ts *testscript.TestScript, _ bool, args []string) {
	s := sessionOf(ts)
	if s.sink == nil {
		s.sink = &sink{seen: make(map[string]bool)}
		s.sink.Server = httptest.NewServer(s.sink)
		ts.Setenv("SINK", s.sink.URL)
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.answers = nil
	for _, arg := range args {
		status, err := strconv.Atoi(arg)
		ts.Check(err)
		s.sink.answers = append(s.sink.answers, status)
	}
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path != "/logs" || r.Header.Get("Authorization") != "Bearer s3cret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if len(s.answers) > 0 {
		w.WriteHeader(s.answers[0])
		s.answers = s.answers[1:]
		return
	}
	var events []json.RawMessage
	unzipped, err := gzip.NewReader(r.Body)
	if err == nil {
		err = json.NewDecoder(unzipped).Decode(&events)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, e := range events {
		var event struct {
			DecisionID string `json:"decision_id"`
		}
		if err := json.Unmarshal(e, &event); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if !s.seen[event.DecisionID] {
			s.seen[event.DecisionID] = true
			s.events = append(s.events, e)
		}
	}
}

// received N FILE waits until the sink has N decisions and writes them to the file, as an
// export does; json and stdout see them as a list.
func cmdReceived(ts *testscript.TestScript, _ bool, args []string) {
	s := sessionOf(ts)
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var events []json.RawMessage
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		s.sink.mu.Lock()
		events = slices.Clone(s.sink.events)
		s.sink.mu.Unlock()
		if len(events) >= want {
			break
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the sink has %d decisions", len(events))
		}
	}
	if len(events) != want {
		ts.Fatalf("the sink has %d decisions", len(events))
	}
	var lines bytes.Buffer
	for _, e := range events {
		lines.Write(append(e, '\n'))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), lines.Bytes(), 0o644))
	s.body, err = json.Marshal(events)
	ts.Check(err)
	_, err = io.Copy(ts.Stdout(), bytes.NewReader(s.body))
	ts.Check(err)
}
