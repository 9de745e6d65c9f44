package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// TestBurstsOfSaves saves policies in bursts of two or three, good and broken ones, while
// decisions are asked for. Of each burst the last save serves, or is refused by name. No
// request fails; each is decided by a revision that passed the gate, with that revision's
// own threshold.
//
// BURSTS=50 saves fifty bursts; a few are enough to notice that something broke.
func TestBurstsOfSaves(t *testing.T) {
	t.Parallel()
	bursts := 12
	if text := os.Getenv("BURSTS"); text != "" {
		var err error
		if bursts, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
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
	var log bytes.Buffer // read when nobody writes any more
	library, dirs, err := openLibrary([]string{dir}, store, slog.New(slog.NewJSONHandler(&log, nil)))
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
	defer running.Wait()
	defer stop()
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
				time.Sleep(20 * time.Millisecond) // a busy server, whose gate gets its turn all the same
			}
		})
	}

	file := filepath.Join(dir, revenueFile)
	saves := 0
	var served, refused []string // the last saves of the bursts: digests, and what is misspelt there
	for n := range bursts {
		size, broken := 2+n%2, n%3 == 2
		for i := range size {
			saves++
			content := string(shipped)
			misspelt := fmt.Sprintf("unit_%d_", n)
			switch {
			case i == size-1 && broken:
				content = strings.Replace(content, "  minimum:\n    unit:", "  minimum:\n    "+misspelt+":", 1)
			case i == 0 && n%2 == 0:
				content = content[:len(content)/3] // cut off
			default:
				threshold := fmt.Sprint(30_000_100 + saves)
				content = strings.Replace(content, "value: 30000000", "value: "+threshold, 1)
				good[digestWith(t, dir, content)] = threshold
			}
			save(t, file, content, saves%2 == 0)
			if i < size-1 {
				time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
				continue
			}
			if broken {
				await(t, library, func(s decision.PolicyStatus) bool {
					return slices.ContainsFunc(s.Problems, func(p decision.PolicyProblem) bool { return strings.Contains(p.Message, misspelt) })
				})
				refused = append(refused, misspelt)
				continue
			}
			last := digestWith(t, dir, content)
			await(t, library, func(s decision.PolicyStatus) bool { return s.Revision == last && len(s.Problems) == 0 })
			served = append(served, last)
			if revision, required := ask(t, server.URL); revision != last || required != good[last] {
				t.Errorf("revision %s decides by the threshold %s, want %s by %s", revision, required, last, good[last])
			}
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

	for _, misspelt := range refused {
		if n := strings.Count(log.String(), fmt.Sprintf(`unknown field \"%s\"`, misspelt)); n != 1 {
			t.Errorf("%s was refused %d times", misspelt, n)
		}
	}
	// Every one that was waited for serves once, in order; what else did was in a burst.
	activations, err := store.Activations(t.Context(), "", 0, 1+saves)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(activations)
	t.Logf("%d saves in %d bursts: %d activations, %d refused at the end", saves, bursts, len(activations), len(refused))
	rest := served
	for _, a := range activations {
		if good[a.Revision] == "" {
			t.Errorf("revision %s served, which was never saved whole", a.Revision)
		}
		if len(rest) > 0 && a.Revision == rest[0] {
			rest = rest[1:]
		}
	}
	if len(rest) > 0 || len(activations) > len(good) {
		t.Errorf("%d activations of %d good trees, without %v", len(activations), len(good), rest)
	}
}

// await waits for a status of the policies.
func await(t *testing.T, library *policy.Library, until func(decision.PolicyStatus) bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !until(library.Status()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", library.Status())
		}
	}
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
