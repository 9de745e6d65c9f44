package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

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
