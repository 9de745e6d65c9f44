package policy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"

	"assay/server/decision"
)

// TestBundleDecidesUnderStockOPA exports what ships as a bundle, loads it as OPA does,
// with OPA's own capabilities, and decides the cases: byte for byte the same.
func TestBundleDecidesUnderStockOPA(t *testing.T) {
	t.Parallel()
	tree, err := ReadTree(os.DirFS("../../policies"))
	if err != nil {
		t.Fatal(err)
	}
	revision, err := Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := revision.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := bundle.NewReader(bytes.NewReader(raw)).Read()
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Manifest.Revision != revision.Digest() {
		t.Errorf("OPA reads the revision %q", loaded.Manifest.Revision)
	}
	cases, err := revision.Cases()
	if err != nil {
		t.Fatal(err)
	}
	queries := make(map[string]rego.PreparedEvalQuery)
	for _, p := range revision.Programs() {
		query, err := rego.New(rego.Query("data."+p.Name+".decision"), rego.ParsedBundle("assay", &loaded)).PrepareForEval(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		queries[p.Name] = query
	}
	compared := make(map[string]int)
	for _, c := range cases {
		if compared[c.Program] == 4 {
			continue // of each program a few, which is more than ten
		}
		d, err := revision.DecideCase(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		input, err := inputValue(d.Question(), d.Facts)
		if err != nil {
			t.Fatal(err)
		}
		results, err := queries[c.Program].Eval(t.Context(), rego.EvalParsedInput(input))
		if err != nil || len(results) != 1 {
			t.Fatalf("%s: %v, %v", c.File, results, err)
		}
		encoded, err := json.Marshal(results[0].Expressions[0].Value)
		if err != nil {
			t.Fatal(err)
		}
		same, err := decision.Canonical(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(same, d.Result) {
			t.Errorf("%s: OPA gives\n%s\nAssay gave\n%s", c.File, same, d.Result)
		}
		compared[c.Program]++
	}
	total := 0
	for _, n := range compared {
		total += n
	}
	if total < 10 {
		t.Errorf("only %v compared", compared)
	}
}

// A tree that went through a bundle is the same tree; the same tree is the same bundle.
func TestBundleRoundTrip(t *testing.T) {
	t.Parallel()
	tree := Tree{".manifest": []byte("{ \"rego_version\":  1 }\n"), "a/a.rego": []byte("package a\n"), "a/data.yaml": []byte("x: \xff\n")}
	for _, own := range []bool{true, false} {
		if !own {
			delete(tree, ".manifest")
		}
		revision := newRevision(tree)
		first, err := revision.Bundle()
		if err != nil {
			t.Fatal(err)
		}
		second, err := revision.Bundle()
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("two bundles of one tree differ (%v)", err)
		}
		back, err := ReadBundle(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if back.Digest() != tree.Digest() {
			t.Errorf("with a manifest of its own %v: the tree came back as %q", own, back)
		}
	}
	for _, broken := range []string{"", "no gzip", "\x1f\x8b\x08"} {
		if _, err := ReadBundle(bytes.NewReader([]byte(broken))); err == nil {
			t.Errorf("%q is read as a bundle", broken)
		}
	}
	whole, err := newRevision(tree).Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadBundle(bytes.NewReader(whole[:len(whole)-8])); err == nil {
		t.Error("a bundle that breaks off before its checksum is read")
	}
	for name, second := range map[string]tar.Header{
		"twice":     {Name: "a/a.rego", Typeflag: tar.TypeReg, Mode: 0o644},
		"outside":   {Name: "../a.rego", Typeflag: tar.TypeReg, Mode: 0o644},
		"not plain": {Name: "b.rego", Typeflag: tar.TypeSymlink, Linkname: "a/a.rego"},
	} {
		var buf bytes.Buffer
		compressed := gzip.NewWriter(&buf)
		archive := tar.NewWriter(compressed)
		for _, header := range []tar.Header{{Name: "a/a.rego", Typeflag: tar.TypeReg, Mode: 0o644}, second} {
			if err := archive.WriteHeader(&header); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(archive.Close(), compressed.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBundle(&buf); err == nil {
			t.Errorf("%s: read as a bundle", name)
		}
	}
}
