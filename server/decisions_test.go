package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/db"
	"assay/server/decision"
)

// logged is a decision that can be put into a log, for tests of what reads it.
func logged(id, partner, revision string) decision.Decision {
	return decision.Decision{
		ID: id, Program: "a.b", Partner: partner, Outcome: decision.Eligible, Revision: revision, AsOf: "2026-03-01",
		KnownAt: time.Now(), DecidedAt: time.Now(), FactsDigest: decision.Digest(nil),
		Result: []byte(`{"outcome":"eligible","findings":[]}`),
	}
}

// newLog is a database with a revision that decisions can name.
func newLog(t *testing.T) (file, revision string, store *db.DB) {
	t.Helper()
	file, revision = filepath.Join(t.TempDir(), "assay.db"), decision.Digest([]byte("tree"))
	store, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	_, err = store.Activate(t.Context(), decision.Activation{Revision: revision, At: time.Now()}, map[string][]byte{"a.rego": nil})
	if err != nil {
		t.Fatal(err)
	}
	return file, revision, store
}

// The log is followed while somebody else writes to it, and interrupting is no failure.
func TestFollow(t *testing.T) {
	t.Parallel()
	file, revision, store := newLog(t)
	put := func(id, partner string) {
		if _, err := store.Append(t.Context(), logged(id, partner, revision)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 12 {
		put(fmt.Sprint("early-", i), "acme")
	}
	put("other", "somebody-else")

	ctx, interrupt := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"decisions", "--db", file, "--follow", "--partner", "acme"}, noEnvironment, strings.NewReader(""), writer, io.Discard)
		writer.Close()
		done <- err
	}()
	lines := bufio.NewScanner(reader)
	next := func() string {
		if !lines.Scan() {
			t.Fatal("it ended by itself: ", <-done)
		}
		fields := strings.Fields(lines.Text())
		return fields[len(fields)-1]
	}
	if header := next(); header != "ID" {
		t.Errorf("begins with %s", header)
	}
	for i := range 10 {
		if got, want := next(), fmt.Sprint("early-", i+2); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, id := range []string{"new-1", "new-2"} {
		put("not-"+id, "somebody-else")
		put(id, "acme")
		if got := next(); got != id {
			t.Errorf("got %s, want %s", got, id)
		}
	}
	interrupt()
	if err := <-done; err != nil {
		t.Errorf("interrupted: %v", err)
	}
}
