package evidence

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"assay/server/decision"
	"assay/server/ledger"
)

// What is the kind of a finding.
type What string

// What verification finds. The first ones are told by the manifest, the next by the
// ledger, the last by making the pack again.
const (
	FileMissing What = "file_missing"
	FileAdded   What = "file_added"
	FileChanged What = "file_changed"

	WrongKey  What = "wrong_key"
	NotProven What = "not_proven"

	OtherRevision What = "other_revision"
	OtherFacts    What = "other_facts"
	OtherResult   What = "other_result"
	FileDiffers   What = "file_differs"
)

// Finding is one thing that is not as it should be.
type Finding struct {
	What   What   `json:"what"`
	File   string `json:"file"`
	Detail string `json:"detail"`
}

// Verdict is what came out.
type Verdict struct {
	// Verified: the decision was sealed, with these facts and this revision, and comes out
	// again; and every file says the same.
	Verified   bool             `json:"verified"`
	DecisionID string           `json:"decision_id,omitempty"`
	Program    string           `json:"program,omitempty"`
	Partner    string           `json:"partner,omitempty"`
	AsOf       decision.Day     `json:"as_of,omitempty"`
	Outcome    decision.Outcome `json:"outcome,omitempty"`
	Origin     string           `json:"origin,omitempty"`
	Key        string           `json:"key"`
	// KeyWitnessed tells whether the key came from elsewhere.
	KeyWitnessed bool `json:"key_witnessed"`
	// Size is the number of leaves that the checkpoint covers.
	Size     int64     `json:"size,omitempty"`
	MadeBy   string    `json:"made_by,omitempty"`
	Findings []Finding `json:"findings"`
}

// Verifier verifies packs. It needs nothing but the pack, and a public key to trust.
type Verifier struct {
	Policies Policies
	// Key is the public key from a safe place; without it the pack's own word is taken.
	Key string
	// Version is what verifies.
	Version string
}

// verification is that of one pack.
type verification struct {
	Verifier
	files   map[string][]byte
	verdict Verdict
}

// Verify verifies a pack of some size. The error says that it is no pack.
func (v Verifier) Verify(ctx context.Context, pack io.ReaderAt, size int64) (Verdict, error) {
	r := &verification{Verifier: v, verdict: Verdict{Key: v.Key, KeyWitnessed: v.Key != "", Findings: []Finding{}}}
	if err := r.readZip(pack, size); err != nil {
		return r.verdict, err
	}
	r.manifest()
	if err := r.again(ctx); err != nil {
		return r.verdict, err
	}
	r.verdict.Verified = len(r.verdict.Findings) == 0
	return r.verdict, nil
}

func (v *verification) found(what What, file, format string, args ...any) {
	v.verdict.Findings = append(v.verdict.Findings, Finding{what, file, fmt.Sprintf(format, args...)})
}

// maxPack bounds what a pack may unpack to.
const maxPack = 256 << 20

func (v *verification) readZip(pack io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(pack, size)
	if err != nil {
		return fmt.Errorf("it is no pack: %w", err)
	}
	v.files = make(map[string][]byte)
	rest := int64(maxPack)
	for _, file := range archive.File {
		if _, twice := v.files[file.Name]; twice {
			v.found(FileAdded, file.Name, "it is there twice")
			continue
		}
		content, err := readMember(file, rest)
		if errors.Is(err, errTooLarge) {
			return err
		}
		if err != nil {
			v.found(FileChanged, file.Name, "it cannot be unpacked: %v", err)
		}
		v.files[file.Name] = content
		rest -= int64(len(content))
	}
	if _, ok := v.files[ledgerFile]; !ok {
		return fmt.Errorf("it is no pack: it has no %s", ledgerFile)
	}
	return nil
}

var errTooLarge = fmt.Errorf("it unpacks to more than %d MiB", maxPack>>20)

func readMember(file *zip.File, limit int64) ([]byte, error) {
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(content)) > limit {
		return nil, errTooLarge
	}
	return content, err
}

// manifest holds every file against its digest.
func (v *verification) manifest() {
	raw, ok := v.files[manifestFile]
	if !ok {
		v.found(FileMissing, manifestFile, "it is not there")
		return
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		v.found(FileChanged, manifestFile, "%v", err)
		return
	}
	v.verdict.MadeBy = m.MadeBy
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		content, ok := v.files[name]
		switch {
		case !ok:
			v.found(FileMissing, name, "%s lists it", manifestFile)
		case decision.Digest(content) != m.Files[name]:
			v.found(FileChanged, name, "its SHA-256 is not that in %s", manifestFile)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if _, listed := m.Files[name]; !listed && name != manifestFile {
			v.found(FileAdded, name, "%s does not list it", manifestFile)
		}
	}
	if m.Format != format {
		v.found(FileDiffers, manifestFile, "the pack has format %d, and this version knows %d", m.Format, format)
	}
	if again, err := writeManifest(m.MadeBy, v.files); err != nil || m.Format == format && !bytes.Equal(again, raw) {
		v.found(FileDiffers, manifestFile, "it is not the list of these files")
	}
}

// again checks what the ledger proves, decides again, and makes every file again.
func (v *verification) again(ctx context.Context) error {
	proof, rows := v.proven()
	if rows == nil {
		return nil
	}
	kept, err := read(ctx, rows)
	if err != nil {
		v.found(NotProven, ledgerFile, "what was sealed does not go together: %v", err)
		return nil
	}
	d := kept.decision
	v.verdict.DecisionID, v.verdict.Program, v.verdict.Partner = d.ID, d.Program, d.Partner
	v.verdict.AsOf, v.verdict.Outcome = d.AsOf, d.Outcome
	revision, err := v.Policies.Load(ctx, v.files[bundleFile])
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		v.found(OtherRevision, bundleFile, "%v", err)
		return nil
	case revision.Digest() != d.Revision:
		v.found(OtherRevision, bundleFile, "the policies are revision %s, and %s decided", revision.Digest(), d.Revision)
		return nil
	}
	if err := v.decideAgain(ctx, kept, revision); err != nil {
		return err
	}
	files, err := contents{kept, proof, revision, v.Policies.Input}.files()
	if err != nil {
		v.found(FileDiffers, ledgerFile, "a pack cannot be made of it: %v", err)
		return nil
	}
	v.compare(files)
	return nil
}

// proven opens the leaves, nil if that cannot be done.
func (v *verification) proven() (proofs, []ledger.Row) {
	proof, err := readProofs(v.files[ledgerFile])
	if err != nil {
		v.found(FileChanged, ledgerFile, "%v", err)
		return proof, nil
	}
	v.verdict.Origin = proof.Origin
	v.verdict.Key = cmp.Or(v.Key, proof.Key)
	if proof.Key != v.verdict.Key {
		v.found(WrongKey, ledgerFile, "it says that the key is %s, and yours is %s", proof.Key, v.Key)
	}
	if name, _, _ := strings.Cut(proof.Key, "+"); name != proof.Origin {
		v.found(NotProven, ledgerFile, "it says that the ledger is %s, and the key is that of %s", proof.Origin, name)
	}
	head, err := ledger.ReadCheckpoint(proof.Checkpoint, v.verdict.Key)
	if err != nil {
		v.found(WrongKey, ledgerFile, "the checkpoint: %v", err)
		return proof, nil
	}
	v.verdict.Size = head.Size
	rows, err := proof.open(v.verdict.Key)
	if err != nil {
		v.found(NotProven, ledgerFile, "%v", err)
	}
	return proof, rows
}

// decideAgain evaluates the same question on the same facts.
func (v *verification) decideAgain(ctx context.Context, kept kept, revision decision.Revision) error {
	d := kept.decision
	if d.Given != nil && decision.Digest(d.Given) != d.GivenDigest {
		v.found(OtherFacts, factsFile, "the given facts are not those of the digest that was logged")
	}
	stored, given, err := decision.Recollect(ctx, kept, d)
	if err != nil {
		return err // read has done it before
	}
	again, err := decision.Evaluate(ctx, revision, d, stored, given)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		v.found(OtherResult, resultFile, "it cannot be decided again: %v", err)
		return nil
	}
	if again.FactsDigest != d.FactsDigest {
		v.found(OtherFacts, factsFile, "they have the digest %s, and %s was logged", again.FactsDigest, d.FactsDigest)
	}
	if again.Outcome != d.Outcome || !bytes.Equal(again.Result, d.Result) {
		v.found(OtherResult, resultFile, "the policies give another result on these facts: %s", again.Outcome)
	}
	return nil
}

// compare holds the files against those that were made again.
func (v *verification) compare(files map[string][]byte) {
	madeBy := ""
	if v.verdict.MadeBy != v.Version {
		madeBy = fmt.Sprintf("; it was made by %s, and this is %s: what one says, the other may say in other bytes", v.verdict.MadeBy, v.Version)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if content, ok := v.files[name]; !ok {
			v.found(FileMissing, name, "it is part of every such pack")
		} else if !bytes.Equal(content, files[name]) {
			v.found(FileDiffers, name, "it is not what the leaves and the policies say%s", madeBy)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if _, made := files[name]; !made && name != manifestFile {
			v.found(FileAdded, name, "it is part of no such pack")
		}
	}
}
