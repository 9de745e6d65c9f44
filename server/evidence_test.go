package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"assay/db/dbtest"
	"assay/server/api"
	"assay/server/decision"
	"assay/server/evidence"
	"assay/server/policy"
)

// evidenceBench is a server with a decision of each sort, sealed.
type evidenceBench struct {
	url       string
	decisions []decision.Decision
	verifier  evidence.Verifier
}

func newEvidenceBench(t *testing.T) evidenceBench {
	t.Helper()
	path := filepath.Join(t.TempDir(), "assay.db")
	store := dbtest.Open(t, path)
	service := newService(t, store)
	log := dbtest.Seal(t, path, store)
	packer := newPacker(log, store, service.Revisions)
	server := httptest.NewServer(api.New(api.Config{Service: service, Ledger: log, Evidence: packer.Pack, Ping: store.Ping}))
	t.Cleanup(server.Close)

	// Several sources, a correction, a retraction, an end, and what a page must escape.
	for i, facts := range [][]decision.Fact{
		{
			{Kind: "signatory", Key: "<b>Anna</b> & 'Co'", Source: "partner", ValidFrom: "2023-01-01", Body: []byte(`{"authority":"full"}`)},
			{Kind: "membership", Source: "partner", ValidFrom: "2023-01-01", Body: []byte(`{"status":"pending"}`)},
			{Kind: "infrastructure", Source: "partner", ValidFrom: "2023-01-01", ValidTo: "2024-01-01", Body: []byte(`{"billing":"in_use","provisioning":"in_use"}`)},
		},
		{{Kind: "membership", Source: "partner", ValidFrom: "2023-01-01", Body: []byte(`{"status":"active"}`)}},
		{{Kind: "signatory", Key: "Bruno", Source: "partner", ValidFrom: "2023-01-01", Body: nil}},
		{{Kind: "membership", Source: "microsoft", ValidFrom: "2027-01-01", Body: []byte(`{"status":"lapsed"}`)}}, // later than the day
	} {
		if _, _, err := service.RecordFacts(t.Context(), "acme", facts, fmt.Sprintf("key-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	given := []decision.Fact{{Kind: "membership", Source: "microsoft", ValidFrom: "2025-01-01", Body: []byte(`{"status":"active"}`)}}
	b := evidenceBench{url: server.URL, verifier: evidenceVerifier(log.Identity().Verifier)}
	for _, request := range []decision.Request{
		{Program: "csp.direct_bill.enrollment", Partner: "acme", AsOf: "2026-03-01", RequestID: "r-1"},
		{Program: "csp.direct_bill.enrollment", Partner: "acme", AsOf: "2026-03-01", Given: given},
		{Program: "csp.direct_bill.retention", AsOf: "2026-03-01", Given: given},
		{
			Program: "csp.direct_bill.actions", Partner: "acme", AsOf: "2026-03-01", Action: "renewal",
			Actor: &decision.Actor{ID: "ada", Roles: []string{"global_admin"}},
		},
	} {
		d, _, err := service.Decide(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		b.decisions = append(b.decisions, d)
	}
	if err := log.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b evidenceBench) download(t *testing.T, d decision.Decision) []byte {
	t.Helper()
	url := b.url + "/v1/decisions/" + d.ID + "/evidence"
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%s: %d %v %s", url, response.StatusCode, err, body)
	}
	return body
}

func unpack(t *testing.T, pack []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[file.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func repack(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range files {
		w, err := archive.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// listAgain writes the manifest for the files as they are: nothing keeps a forger from it.
func listAgain(t *testing.T, files map[string][]byte) {
	t.Helper()
	var manifest struct {
		Format int               `json:"format"`
		MadeBy string            `json:"made_by"`
		Files  map[string]string `json:"files"`
	}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	manifest.Files = make(map[string]string)
	for name, content := range files {
		if name != "manifest.json" {
			manifest.Files[name] = decision.Digest(content)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(manifest); err != nil {
		t.Fatal(err)
	}
	files["manifest.json"] = b.Bytes()
}

// evidenceVerifier compiles each bundle once.
func evidenceVerifier(key string) evidence.Verifier {
	loaded := make(map[string]decision.Revision)
	policies := packedPolicies
	policies.Load = func(ctx context.Context, bundle []byte) (decision.Revision, error) {
		if r, ok := loaded[string(bundle)]; ok {
			return r, nil
		}
		r, err := packedPolicies.Load(ctx, bundle)
		if err == nil {
			loaded[string(bundle)] = r
		}
		return r, err
	}
	return evidence.Verifier{Policies: policies, Key: key, Version: version()}
}

func verdictOn(t *testing.T, v evidence.Verifier, files map[string][]byte) evidence.Verdict {
	t.Helper()
	pack := repack(t, files)
	verdict, err := v.Verify(t.Context(), bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

// stockResult decides with OPA's own module, from the files in a folder. Nothing of ours is
// in it.
func stockResult(t *testing.T, dir, program string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "input.json"))
	if err != nil {
		t.Fatal(err)
	}
	var input any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&input); err != nil {
		t.Fatal(err)
	}
	results, err := rego.New(
		rego.LoadBundle(filepath.Join(dir, "bundle.tar.gz")), rego.Query("data."+program+".decision"), rego.Input(input),
	).Eval(t.Context())
	if err != nil || len(results) != 1 {
		t.Fatalf("%d results: %v", len(results), err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // keys in order, no space
	enc.SetEscapeHTML(false)
	if err := enc.Encode(results[0].Expressions[0].Value); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// TestEvidence takes packs over HTTP, and then has nothing but them.
func TestEvidence(t *testing.T) {
	t.Parallel()
	b := newEvidenceBench(t)
	t.Run("holds", b.holds)
	t.Run("page", b.page)
	t.Run("changed", b.changed)
	t.Run("forged", b.forged)
}

// What a pack says comes out again, under a stock OPA and here.
func (b evidenceBench) holds(t *testing.T) {
	for _, d := range b.decisions {
		pack := b.download(t, d)
		if again := b.download(t, d); !bytes.Equal(pack, again) {
			t.Errorf("%s: two packs differ", d.Program)
		}
		files, dir := unpack(t, pack), t.TempDir()
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := stockResult(t, dir, d.Program); !bytes.Equal(got, files["result.json"]) || !bytes.Equal(got, d.Result) {
			t.Errorf("%s: OPA gives\n%s\nand the pack has\n%s", d.Program, got, files["result.json"])
		}
		if verdict := verdictOn(t, b.verifier, files); !verdict.Verified || verdict.DecisionID != d.ID || verdict.Outcome != d.Outcome {
			t.Errorf("%s: %+v", d.Program, verdict)
		}
		if err := c2spProof(string(files["receipt.tlog-proof"]), []byte(leafIn(t, files)), b.verifier.Key); err != nil {
			t.Errorf("%s: %v", d.Program, err)
		}
		for _, name := range []string{"README.txt", "INSTRUCTIONS.txt", "manifest.json", "explanation.en.html", "explanation.it.html"} {
			if !bytes.Contains(files["README.txt"], []byte(name)) || files[name] == nil {
				t.Errorf("%s: %s is not there, or the README does not say what it is", d.Program, name)
			}
		}
	}
}

// leafIn is the leaf of the decision in a pack.
func leafIn(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var proofs struct{ Leaves []struct{ Leaf string } }
	if err := json.Unmarshal(files["ledger.json"], &proofs); err != nil {
		t.Fatal(err)
	}
	return proofs.Leaves[0].Leaf
}

var loads = regexp.MustCompile(`(?i)<script|<link|<img|<iframe|javascript:|@import|url\(|\son[a-z]+=`)

// A page escapes what partners wrote, and loads and runs nothing.
func (b evidenceBench) page(t *testing.T) {
	files := unpack(t, b.download(t, b.decisions[0]))
	for language, words := range map[string][]string{
		"en": {`<html lang="en">`, "What was asked", "1 March 2026", "fact-1", "recorded on", "In force since", "/data.yaml:", "Not counted"},
		"it": {`<html lang="it">`, "Che cosa è stato chiesto", "1º marzo 2026", "fact-1", "registrato il", "In vigore dal", "/data.yaml:"},
	} {
		page := string(files["explanation."+language+".html"])
		words = append(words, "&lt;b&gt;Anna&lt;/b&gt; &amp; &#39;Co&#39;", b.decisions[0].ID, b.decisions[0].Revision, "https://learn.microsoft.com/")
		for _, word := range words {
			if !strings.Contains(page, word) {
				t.Errorf("%s: %q is not on the page\n%s", language, word, page)
			}
		}
		if strings.Contains(page, "<b>Anna") || loads.MatchString(page) {
			t.Errorf("%s: something is not escaped, or is loaded: %q", language, loads.FindString(page))
		}
	}
}

// A changed byte is named with its file, also if the files are listed anew, as a forger
// would.
func (b evidenceBench) changed(t *testing.T) {
	whole := unpack(t, b.download(t, b.decisions[1]))
	named := func(v evidence.Verdict, file string) bool {
		return !v.Verified && slices.ContainsFunc(v.Findings, func(f evidence.Finding) bool { return f.File == file })
	}
	for name := range whole {
		for _, at := range []int{0, len(whole[name]) / 3, len(whole[name]) / 2, len(whole[name]) - 1} {
			changed := maps.Clone(whole)
			changed[name] = bytes.Clone(whole[name])
			changed[name][at] ^= 1
			if verdict := verdictOn(t, b.verifier, changed); !named(verdict, name) {
				t.Errorf("byte %d of %s: %+v", at, name, verdict.Findings)
			}
			if name == "manifest.json" {
				continue
			}
			listAgain(t, changed)
			if verdict := verdictOn(t, b.verifier, changed); !named(verdict, name) {
				t.Errorf("byte %d of %s, listed anew: %+v", at, name, verdict.Findings)
			}
		}
		missing := maps.Clone(whole)
		delete(missing, name)
		if name == "ledger.json" {
			continue // then it is no pack
		}
		if verdict := verdictOn(t, b.verifier, missing); !named(verdict, name) {
			t.Errorf("without %s: %+v", name, verdict.Findings)
		}
	}
	added := maps.Clone(whole)
	added["more.txt"] = []byte("more")
	listAgain(t, added)
	if verdict := verdictOn(t, b.verifier, added); !named(verdict, "more.txt") {
		t.Errorf("with another file: %+v", verdict.Findings)
	}
}

// What was sealed cannot be told otherwise, even by who changes every file of a pack in step.
func (b evidenceBench) forged(t *testing.T) {
	whole := unpack(t, b.download(t, b.decisions[0]))
	other := unpack(t, b.download(t, b.decisions[1]))
	for name, c := range map[string]struct {
		change func(files map[string][]byte, proofs map[string]any, leaves []any)
		want   evidence.What
	}{
		"an outcome": {func(_ map[string][]byte, _ map[string]any, leaves []any) {
			leaf := leaves[0].(map[string]any)
			leaf["leaf"] = strings.Replace(leaf["leaf"].(string), string(b.decisions[0].Outcome), "eligible", 1)
		}, evidence.NotProven},
		"a value": {func(_ map[string][]byte, _ map[string]any, leaves []any) {
			openings := leaves[0].(map[string]any)["openings"].(map[string]any)
			openings["/request_id"].(map[string]any)["value"] = "r-2"
		}, evidence.NotProven},
		"a value that is not shown": {func(_ map[string][]byte, _ map[string]any, leaves []any) {
			delete(leaves[0].(map[string]any)["openings"].(map[string]any), "/request_id")
		}, evidence.NotProven},
		"a record that is left out": {func(_ map[string][]byte, proofs map[string]any, leaves []any) {
			proofs["leaves"] = slices.Delete(leaves, 2, 3)
		}, evidence.OtherFacts},
		"a recording that is left out": {func(_ map[string][]byte, proofs map[string]any, leaves []any) {
			proofs["leaves"] = leaves[:len(leaves)-1]
		}, evidence.NotProven},
		"another decision's leaf": {func(files map[string][]byte, proofs map[string]any, leaves []any) {
			var theirs map[string]any
			if err := json.Unmarshal(other["ledger.json"], &theirs); err != nil {
				t.Fatal(err)
			}
			leaves[0] = theirs["leaves"].([]any)[0]
		}, evidence.FileDiffers},
		"the policies": {func(files map[string][]byte, _ map[string]any, _ []any) {
			r, err := packedPolicies.Load(t.Context(), files["bundle.tar.gz"])
			if err != nil {
				t.Fatal(err)
			}
			tree := r.Files()
			tree["extra.rego"] = []byte("package extra\n")
			changed, err := policy.Reload(t.Context(), tree)
			if err != nil {
				t.Fatal(err)
			}
			if files["bundle.tar.gz"], err = changed.Bundle(); err != nil {
				t.Fatal(err)
			}
		}, evidence.OtherRevision},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(whole)
			var proofs map[string]any
			dec := json.NewDecoder(bytes.NewReader(files["ledger.json"]))
			dec.UseNumber()
			if err := dec.Decode(&proofs); err != nil {
				t.Fatal(err)
			}
			c.change(files, proofs, proofs["leaves"].([]any))
			var err error
			if files["ledger.json"], err = json.Marshal(proofs); err != nil {
				t.Fatal(err)
			}
			listAgain(t, files)
			verdict := verdictOn(t, b.verifier, files)
			if verdict.Verified || !slices.ContainsFunc(verdict.Findings, func(f evidence.Finding) bool { return f.What == c.want }) {
				t.Errorf("want %s, found %+v", c.want, verdict.Findings)
			}
		})
	}
	// Another ledger's pack, whole, is not this ledger's.
	theirs := newEvidenceBench(t)
	if verdict := verdictOn(t, b.verifier, unpack(t, theirs.download(t, theirs.decisions[0]))); verdict.Verified {
		t.Error("a pack of another ledger verifies")
	}
}
