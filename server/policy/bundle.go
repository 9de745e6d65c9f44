package policy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strings"
)

// manifest is the file in which OPA looks for the revision of a bundle.
const manifest = ".manifest"

// bundleManifest is what Assay writes there. The tree's own file is kept in it as it
// is, so that a tree that went through a bundle has the digest that it had before.
type bundleManifest struct {
	Revision    string         `json:"revision"`
	RegoVersion int            `json:"rego_version"`
	Metadata    map[string]any `json:"metadata"`
}

const ownManifest = "assay_manifest"

// Files implements decision.Revision.
func (r *Revision) Files() map[string][]byte { return maps.Clone(r.tree) }

// Bundle implements decision.Revision.
func (r *Revision) Bundle() ([]byte, error) {
	stated := bundleManifest{Revision: r.digest, RegoVersion: 1, Metadata: map[string]any{ownManifest: nil}}
	if own, ok := r.tree[manifest]; ok {
		stated.Metadata[ownManifest] = string(own)
	}
	raw, err := json.Marshal(stated)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	compressed := gzip.NewWriter(&buf)
	archive := tar.NewWriter(compressed)
	// Names only: times and owners would make other bytes of the same tree.
	add := func(name string, content []byte) error {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), Format: tar.FormatPAX}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err := archive.Write(content)
		return err
	}
	if err := add(manifest, raw); err != nil {
		return nil, err
	}
	for _, name := range r.tree.Paths() {
		if name == manifest {
			continue
		}
		if err := add(name, r.tree[name]); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// maxBundle bounds what a bundle may unpack to.
const maxBundle = 64 << 20

// ReadBundle reads a bundle, Assay's or OPA's, as a tree.
func ReadBundle(content io.Reader) (Tree, error) {
	compressed, err := gzip.NewReader(content)
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	archive := tar.NewReader(io.LimitReader(compressed, maxBundle))
	tree := make(Tree)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the bundle: %w", err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(header.Name, "./"), "/")
		if header.Typeflag == tar.TypeDir || !belongs(name) {
			continue
		}
		switch _, twice := tree[name]; {
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("read the bundle: %s is not a regular file", header.Name)
		case !fs.ValidPath(name) || hasControl(name):
			return nil, fmt.Errorf("read the bundle: %s is not a path inside of it", header.Name)
		case twice:
			return nil, fmt.Errorf("read the bundle: %s is in it twice", header.Name)
		}
		if tree[name], err = io.ReadAll(archive); err != nil {
			return nil, fmt.Errorf("read the bundle: %s: %w", name, err)
		}
	}
	// To the very end, where the checksum is; but not through what could be endless.
	switch n, err := io.CopyN(io.Discard, compressed, maxBundle); {
	case n == maxBundle:
		return nil, fmt.Errorf("read the bundle: more than %d MiB", maxBundle>>20)
	case err != io.EOF:
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	if len(tree) == 0 {
		return nil, fmt.Errorf("read the bundle: it holds no policies")
	}
	return tree, tree.restoreManifest()
}

// restoreManifest undoes what Bundle did.
func (t Tree) restoreManifest() error {
	raw, ok := t[manifest]
	if !ok {
		return nil
	}
	var stated bundleManifest
	if err := json.Unmarshal(raw, &stated); err != nil {
		return fmt.Errorf("%s: %w", manifest, err)
	}
	switch own, ours := stated.Metadata[ownManifest]; own := own.(type) {
	case string:
		t[manifest] = []byte(own)
	case nil:
		if ours {
			delete(t, manifest) // the tree had none
		}
	}
	return nil
}
