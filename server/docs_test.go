package main

import (
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"assay/db"
	"assay/server/api"
	"assay/server/decision"
)

var discard = slog.New(slog.DiscardHandler)

// markdown reads every page for users.
func markdown(t *testing.T) map[string]string {
	t.Helper()
	pages := make(map[string]string)
	for _, root := range []string{"../README.md", "../CHANGELOG.md", "../docs"} {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".md") {
				var content []byte
				content, err = os.ReadFile(name)
				pages[name] = string(content)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return pages
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestLinksInDocsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for page, content := range markdown(t) {
		for _, m := range link.FindAllStringSubmatch(content, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
			}
		}
	}
}

var policyPath = regexp.MustCompile("`(policies/[^`*<…]+)`")

func TestPathsInDocsExist(t *testing.T) {
	t.Parallel()
	for page, content := range markdown(t) {
		for _, m := range policyPath.FindAllStringSubmatch(content, -1) {
			made := strings.Contains(m[1], "certification") || strings.Contains(m[1], "iso_certificate") || strings.Contains(m[1], "readiness") // by the reader
			if _, err := os.Stat(filepath.Join("..", m[1])); err != nil && !made {
				t.Errorf("%s: there is no %s", page, m[1])
			}
		}
	}
}

// TestReadmeRequest sends the README's request to a server with the demonstration
// partners and finds everything in the answer that the README shows of it.
func TestReadmeRequest(t *testing.T) {
	t.Parallel()
	readme := markdown(t)["../README.md"]
	body := between(t, readme, "-d '", "'\n")
	var want any
	if err := json.Unmarshal([]byte(between(t, readme, "```json\n", "```")), &want); err != nil {
		t.Fatal(err)
	}

	store, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "assay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	service := newService(t, store)
	if _, err := recordDemo(t.Context(), service, discard); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/v1/decisions", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	api.New(api.Config{Service: service, Ping: store.Ping}).ServeHTTP(answer, request)
	var got any
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if where := missingFrom(got, want, ""); where != "" {
		t.Errorf("the README shows something else at %s than the answer\n%s", where, answer.Body)
	}
}

func newService(t testing.TB, store *db.DB) *decision.Service {
	t.Helper()
	library, _, err := openLibrary([]string{lightPolicies}, store, discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := library.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &decision.Service{Revisions: library, Store: store, Now: time.Now, NewID: newID}
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before)
	found, _, ended := strings.Cut(rest, after)
	if !ok || !ended {
		t.Fatalf("nothing stands between %q and %q", before, after)
	}
	return found
}

// missingFrom finds where got lacks something of want. Objects may have more, and of a
// list each object must be among those with its id.
func missingFrom(got, want any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		object, _ := got.(map[string]any)
		for key, value := range want {
			if where := missingFrom(object[key], value, path+"/"+key); where != "" {
				return where
			}
		}
		return ""
	case []any:
		list, _ := got.([]any)
		for _, item := range want {
			id, _ := item.(map[string]any)["id"].(string)
			if where := missingFrom(withID(list, id), item, path+"/"+id); where != "" {
				return where
			}
		}
		return ""
	default:
		if got != want {
			return path
		}
		return ""
	}
}

func withID(list []any, id string) any {
	for _, item := range list {
		if object, _ := item.(map[string]any); object["id"] == id {
			return object
		}
	}
	return nil
}

// TestThresholdPageShowsTheData: what the page shows of the revenue requirement stands
// in its data file, but for what it leaves out.
func TestThresholdPageShowsTheData(t *testing.T) {
	t.Parallel()
	page := markdown(t)["../docs/change-a-threshold.md"]
	data, err := os.ReadFile(filepath.Join(shippedPolicies, "csp/direct_bill/requirements/revenue/data.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(between(t, page, "```yaml\n", "```"), "\n") {
		if !strings.Contains(line, "…") && !strings.Contains(string(data), line+"\n") {
			t.Errorf("data.yaml has no line %q", line)
		}
	}
}

// TestPagesAreTheScripts: each page shows the very files of its script.
func TestPagesAreTheScripts(t *testing.T) {
	t.Parallel()
	for name, shows := range map[string]int{"requirement": 5, "program": 4} {
		page := markdown(t)["../docs/add-a-"+name+".md"]
		script, err := txtar.ParseFile("testdata/script/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, file := range script.Files {
			if name == "requirement" && (strings.HasSuffix(file.Name, "request.json") || strings.HasSuffix(file.Name, "later.json")) {
				continue
			}
			if !strings.Contains(page, strings.TrimSpace(string(file.Data))) {
				t.Errorf("docs/add-a-%s.md does not show %s as it is in the script", name, file.Name)
			}
			shown++
		}
		if shown < shows {
			t.Errorf("only %d files of %s compared", shown, name)
		}
	}
}
