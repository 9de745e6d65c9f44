package evidence

import (
	"archive/zip"
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"text/template"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/ledger"
)

// The files of a pack; there is a page for each language besides.
const (
	readmeFile       = "README.txt"
	instructionsFile = "INSTRUCTIONS.txt"
	manifestFile     = "manifest.json"
	decisionFile     = "decision.json"
	factsFile        = "facts.json"
	inputFile        = "input.json"
	resultFile       = "result.json"
	bundleFile       = "bundle.tar.gz"
	ledgerFile       = "ledger.json"
	receiptFile      = "receipt.tlog-proof"
	keyFile          = "ledger.pub"
)

func pageFile(language string) string { return "explanation." + language + ".html" }

//go:embed readme.txt
var readme string

//go:embed instructions.txt
var instructions string

var prose = template.Must(template.Must(template.New(readmeFile).Parse(readme)).New(instructionsFile).Parse(instructions))

// contents is what all files but the manifest are made of.
type contents struct {
	kept
	proof    proofs
	revision decision.Revision
	input    func(decision.Question, decision.Facts) ([]byte, error)
}

// files makes them: the same each time, from the same leaves and policies.
func (c contents) files() (map[string][]byte, error) {
	files := map[string][]byte{
		resultFile: c.decision.Result, receiptFile: c.proof.receipt(), keyFile: []byte(c.proof.Key + "\n"),
	}
	for name, make := range map[string]func() ([]byte, error){
		decisionFile: func() ([]byte, error) { return write(c.rows[0], "decided_at", "result", "given") },
		factsFile:    c.facts,
		inputFile:    func() ([]byte, error) { return c.input(c.decision.Question(), c.decision.Facts) },
		bundleFile:   c.revision.Bundle,
		ledgerFile:   func() ([]byte, error) { return encode(c.proof) },
	} {
		var err error
		if files[name], err = make(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := c.addPages(files); err != nil {
		return nil, err
	}
	return files, c.addProse(files)
}

// facts lists what the decision could see: the records and how they came, and what came
// with the request.
func (c contents) facts() ([]byte, error) {
	list := struct {
		Recordings []json.RawMessage `json:"recordings"`
		Stored     []json.RawMessage `json:"stored"`
		Given      json.RawMessage   `json:"given"`
	}{Recordings: []json.RawMessage{}, Stored: []json.RawMessage{}, Given: json.RawMessage("[]")}
	for _, row := range c.rows {
		raw, err := write(row, "recorded_at")
		if err != nil {
			return nil, err
		}
		switch row.Kind {
		case ledger.Recording:
			list.Recordings = append(list.Recordings, raw)
		case ledger.Fact:
			list.Stored = append(list.Stored, raw)
		default:
			// The decision is no fact, and neither are the policies.
		}
	}
	if c.decision.Given != nil {
		list.Given = c.decision.Given
	}
	return encode(list)
}

func (c contents) addPages(files map[string][]byte) error {
	result, err := decision.ParseResult(c.decision.Result)
	if err != nil {
		return err
	}
	for tag, words := range c.revision.Texts() {
		if files[pageFile(tag)], err = explain.New(tag, words).Page(c.revision.Programs(), c.revision.FactRules(), c.decision, result); err != nil {
			return err
		}
	}
	return nil
}

func (c contents) addProse(files map[string][]byte) error {
	texts := c.revision.Texts()
	said := struct {
		Decision decision.Decision
		Origin   string
		Pages    []pageOf
	}{Decision: c.decision, Origin: c.proof.Origin}
	for _, tag := range slices.Sorted(maps.Keys(texts)) {
		said.Pages = append(said.Pages, pageOf{pageFile(tag), cmp.Or(texts[tag].Name, tag)})
	}
	for _, name := range []string{readmeFile, instructionsFile} {
		var b bytes.Buffer
		if err := prose.ExecuteTemplate(&b, name, said); err != nil {
			return err
		}
		files[name] = b.Bytes()
	}
	return nil
}

type pageOf struct{ File, Language string }

// format is that of packs; it grows when a file of the same leaves and policies becomes
// another one.
const format = 1

// manifest lists the other files. Nothing signs it: it tells damage, not forgery.
type manifest struct {
	Format int    `json:"format"`
	MadeBy string `json:"made_by"`
	// Files are SHA-256, lower-case hex, by name.
	Files map[string]string `json:"files"`
}

func writeManifest(version string, files map[string][]byte) ([]byte, error) {
	m := manifest{format, version, make(map[string]string, len(files))}
	for name, content := range files {
		if name != manifestFile {
			m.Files[name] = decision.Digest(content)
		}
	}
	return encode(m)
}

// writeZip writes names and contents only: times would make other bytes of the same files.
func writeZip(files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return b.Bytes(), err
}
