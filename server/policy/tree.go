package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Tree is a policy tree as it lies on disk: slash-separated path to content.
type Tree map[string][]byte

// ReadTree reads what belongs to a policy tree, from one folder or from several laid
// over one another: of files of the same path that of the last folder counts. Hidden
// files and whatever editors leave behind are not part of it, so they change no digest.
func ReadTree(layers ...fs.FS) (Tree, error) {
	tree := make(Tree)
	for i, layer := range layers {
		files := make(Tree)
		if err := files.read(layer); err != nil {
			return nil, fmt.Errorf("read policies: %w", err)
		}
		if len(files) == 0 && len(layers) > 1 {
			return nil, fmt.Errorf("read policies: folder %d of %d holds none", i+1, len(layers))
		}
		if len(files) == 0 {
			return nil, errors.New("read policies: no policies found")
		}
		maps.Copy(tree, files)
	}
	return tree, nil
}

func (t Tree) read(fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || !belongs(name):
			return nil
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		t[name] = content
		return nil
	})
}

func belongs(name string) bool {
	base := path.Base(name)
	if base == ".manifest" {
		return true
	}
	if strings.HasPrefix(base, ".") {
		return false
	}
	switch path.Ext(base) {
	case ".rego", ".yaml", ".yml", ".json", ".txtar":
		return true
	}
	return false
}

// Digest identifies the tree: the SHA-256 of what sha256sum prints for its files
// in byte order of their paths. Anybody can recompute it with that tool.
func (t Tree) Digest() string {
	h := sha256.New()
	for _, name := range t.Paths() {
		fmt.Fprintf(h, "%x  %s\n", sha256.Sum256(t[name]), name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Paths are the paths of the tree in byte order.
func (t Tree) Paths() []string { return slices.Sorted(maps.Keys(t)) }

// with picks the files with the suffix, in order.
func (t Tree) with(suffix string) []string {
	return slices.DeleteFunc(t.Paths(), func(name string) bool { return !strings.HasSuffix(name, suffix) })
}
