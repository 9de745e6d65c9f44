package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"assay/server/schema"
)

// What Echo routes is what the document describes, but for the document itself, metrics,
// the page to read it, and tiles, whose paths it cannot express.
func TestRoutesAreTheDocumentsOperations(t *testing.T) {
	t.Parallel()
	var routed, described []string
	for _, r := range setup(t).echo.Routes() {
		if r.Path != "/" && r.Path != "/openapi.yaml" && r.Path != "/metrics" && r.Path != "/v1/ledger/tile/*" && !strings.HasPrefix(r.Path, "/docs") {
			routed = append(routed, r.Method+" "+r.Path)
		}
	}
	for r := range mustContract(document).operations {
		described = append(described, r.method+" "+r.pattern)
	}
	slices.Sort(routed)
	slices.Sort(described)
	if !slices.Equal(routed, described) {
		t.Errorf("routed %q\ndescribed %q", routed, described)
	}
}

// The examples of the document run. The fakes know three kinds of facts only, which
// is enough for them.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	c := mustContract(document)
	ran := 0
	for _, path := range []string{"/v1/decisions", "/v1/partners/{partner}/facts"} {
		examples := object(c.at(schema.Pointer("paths", path, "post", "requestBody", "content", "application/json", "examples")))
		for _, name := range slices.Sorted(maps.Keys(examples)) {
			var body bytes.Buffer
			if err := json.NewEncoder(&body).Encode(object(examples[name])["value"]); err != nil {
				t.Fatal(err)
			}
			setup(t).mustDo(t, 201, "POST", strings.ReplaceAll(path, "{partner}", "contoso"), body.String())
			ran++
		}
	}
	if ran < 7 {
		t.Errorf("only %d examples ran", ran)
	}
}

// Examples of schemas and problems are held against their schemas by the reference
// implementation when it loads the document; every problem example must be true too.
func TestProblemExamples(t *testing.T) {
	t.Parallel()
	c := mustContract(document)
	for name, response := range object(c.at("/components/responses")) {
		for title, example := range object(object(object(object(response)["content"])["application/problem+json"])["examples"]) {
			problem := object(object(example)["value"])
			code, _ := problem["code"].(string)
			known, found := failures[ProblemCode(code)]
			if status, _ := problem["status"].(json.Number); !found || status.String() != jsonNumber(known.status) || problem["title"] != known.title {
				t.Errorf("%s %s: %v", name, title, problem)
			}
		}
	}
}

func jsonNumber(n int) string {
	out, _ := json.Marshal(n)
	return string(out)
}

func TestDocumentLeavesNothingUnsaid(t *testing.T) {
	t.Parallel()
	c := mustContract(document)
	for path, methods := range object(c.at("/paths")) {
		for method, operation := range object(methods) {
			if method != "parameters" && object(operation)["summary"] == nil {
				t.Errorf("%s %s has no summary", method, path)
			}
		}
	}
	for r, operation := range c.operations {
		for _, p := range operation.parameters {
			if p.name == "" || p.in == "" || p.schema == nil {
				t.Errorf("%v: parameter %+v", r, p)
			}
		}
	}
}
