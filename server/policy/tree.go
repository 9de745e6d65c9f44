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
	"unicode"

	"golang.org/x/tools/txtar"
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
		if err := files.read(layer, ".", 0); err != nil {
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

// maxFile bounds a file of the policies; the largest that ships has some 20 KB.
const maxFile = 16 << 20

// maxDepth ends a way through links that lead back to where they start.
const maxDepth = 32

// read adds the files of a folder. Links are followed, to folders too: a folder that
// Kubernetes mounts is made of them.
func (t Tree) read(fsys fs.FS, dir string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: more than %d folders deep; does a link lead back?", dir, maxDepth)
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") && entry.Name() != manifest {
			continue
		}
		name := path.Join(dir, entry.Name())
		info, err := fs.Stat(fsys, name)
		switch {
		case err != nil && !belongs(name):
			continue // a link to nowhere that is none of ours
		case err != nil:
			return err
		case !info.IsDir() && !belongs(name):
		case hasControl(name):
			err = fmt.Errorf("%q: a name with a control character could stand for two in the digest", name)
		case !info.IsDir() && !info.Mode().IsRegular():
			err = fmt.Errorf("%s is not a regular file", name)
		case info.Size() > maxFile && !info.IsDir():
			err = fmt.Errorf("%s is larger than %d MiB", name, maxFile>>20)
		case info.IsDir():
			err = t.read(fsys, name, depth+1)
		default:
			t[name], err = fs.ReadFile(fsys, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func belongs(name string) bool {
	base := path.Base(name)
	if base == manifest {
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

// validPath tells whether a file at the path would be read as part of a tree.
func validPath(name string) bool {
	if !fs.ValidPath(name) || !belongs(name) || hasControl(name) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(path.Dir(name), "/"), func(folder string) bool {
		return folder != "." && strings.HasPrefix(folder, ".")
	})
}

// hasControl tells of names such as one with a line feed, which the digest could not tell
// from two names.
func hasControl(name string) bool { return strings.ContainsFunc(name, unicode.IsControl) }

// FS gives the tree as a folder.
func (t Tree) FS() (fs.FS, error) {
	var archive txtar.Archive // holds files in memory, whatever is in them
	for _, name := range t.Paths() {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: t[name]})
	}
	return txtar.FS(&archive)
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
