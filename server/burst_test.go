package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/server/api"
	"assay/server/decision"
	"assay/server/policy"
)

const revenueFile = "csp/direct_bill/requirements/revenue/data.yaml"

// TestBurstsOfSaves saves good and broken policies fifty times in quick succession while
// decisions are asked for. No request fails; each is decided by a revision that passed
// the gate, with that revision's own threshold; and the last save serves in the end.
func TestBurstsOfSaves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(lightPolicies)); err != nil {
		t.Fatal(err)
	}
	shipped, err := os.ReadFile(filepath.Join(dir, revenueFile))
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "assay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	library, dirs, err := openLibrary([]string{dir}, store, discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := library.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	service := &decision.Service{Revisions: library, Store: store, Now: time.Now, NewID: newID}
	server := httptest.NewServer(api.New(api.Config{Service: service, Ping: store.Ping}))
	defer server.Close()

	var running sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	running.Go(func() {
		if err := library.Watch(ctx, dirs...); err != nil {
			t.Error(err)
		}
	})
	// What may decide, by digest: the threshold of each good save.
	good := map[string]string{library.Current().Digest(): "30000000"}
	type answer struct{ revision, required string }
	var answers sync.Map
	for range 3 {
		running.Go(func() {
			for ctx.Err() == nil {
				revision, required := ask(t, server.URL)
				answers.Store(answer{revision, required}, true)
			}
		})
	}

	last := ""
	for i := range 50 {
		content := string(shipped)
		switch i % 5 {
		case 1:
			content = content[:len(content)/3] // cut off
		case 3:
			content = strings.Replace(content, "value: 30000000", `value: "30000000"`, 1)
		default:
			threshold := fmt.Sprint(30_000_100 + i)
			content = strings.Replace(content, "value: 30000000", "value: "+threshold, 1)
			last = digestWith(t, dir, content)
			good[last] = threshold
		}
		save(t, filepath.Join(dir, revenueFile), content, i%2 == 0)
		if i%10 == 9 {
			ask(t, server.URL) // lets the watcher get a word in
		}
	}
	for deadline := time.Now().Add(60 * time.Second); library.Current().Digest() != last; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the last save does not serve: %+v", library.Status())
		}
	}
	ask(t, server.URL)
	stop()
	running.Wait()
	answers.Range(func(key, _ any) bool {
		a := key.(answer)
		if threshold, passed := good[a.revision]; !passed || threshold != a.required {
			t.Errorf("revision %s decided by the threshold %s, want %q", a.revision, a.required, threshold)
		}
		return true
	})
}

// ask asks for a decision and gives the revision and the threshold that decided.
func ask(t *testing.T, url string) (revision, required string) {
	const request = `{"program": "csp.direct_bill.enrollment", "as_of": "2024-06-15", "facts": []}`
	response, err := http.Post(url+"/v1/decisions", "application/json", strings.NewReader(request))
	if err != nil {
		t.Error(err)
		return "", ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusCreated {
		t.Errorf("%d %v %s", response.StatusCode, err, body)
		return "", ""
	}
	var d struct {
		Revision     string `json:"revision"`
		Requirements []struct {
			ID       string          `json:"id"`
			Required json.RawMessage `json:"required"`
		} `json:"requirements"`
	}
	if err := json.Unmarshal(body, &d); err != nil {
		t.Error(err)
	}
	for _, r := range d.Requirements {
		if r.ID == "revenue" {
			required = strings.Trim(string(r.Required), `{"usd_cents":}`)
		}
	}
	return d.Revision, required
}

// save writes the file in place, or beside it and renames, as editors do.
func save(t *testing.T, name, content string, rename bool) {
	t.Helper()
	target := name
	if rename {
		target = name + "~"
	}
	if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if rename {
		if err := os.Rename(target, name); err != nil {
			t.Fatal(err)
		}
	}
}

func digestWith(t *testing.T, dir, revenue string) string {
	t.Helper()
	tree, err := policy.ReadTree(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	tree[revenueFile] = []byte(revenue)
	return tree.Digest()
}
