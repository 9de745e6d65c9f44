package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// The files of an export: a log as C2SP's tlog-tiles has it, with the public key beside.
const (
	checkpointFile = "checkpoint"
	keyFile        = "key"
	tileFolder     = "tile"
)

// Export writes the tree of the newest checkpoint, its leaves and the public key into an
// empty folder. The values that leaves commit to are not in it.
func (l *Log) Export(ctx context.Context, dir string, progress func(leaves int64)) (Checkpoint, error) {
	newest, err := l.Checkpoint(ctx)
	if err != nil {
		return newest, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return newest, err
	}
	switch there, err := os.ReadDir(dir); {
	case err != nil:
		return newest, err
	case len(there) > 0:
		return newest, fmt.Errorf("the folder %s is not empty", dir)
	}
	err = tiles(newest.Size, func(t Tile) error {
		data, err := l.tile(ctx, t)
		if err != nil {
			return err
		}
		if t.level == entries {
			progress(t.n*tileWidth + int64(t.width))
		}
		return write(filepath.Join(dir, tileFolder, filepath.FromSlash(t.Path())), data)
	})
	if err != nil {
		return newest, err
	}
	if err := write(filepath.Join(dir, keyFile), []byte(l.identity.Verifier+"\n")); err != nil {
		return newest, err
	}
	return newest, write(filepath.Join(dir, checkpointFile), []byte(newest.Note))
}

func write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

// exported is a walk through an export.
type exported struct {
	Verification
	files   fs.FS
	verdict Verdict
	// levels are the hashes of the tile under way, level by level.
	levels []level
	// heads are the checkpoints to hold against the tree, by size.
	heads map[int64][]Head
	// leaves is the tree of what the bundles hold, hashes that of the lowest tiles.
	leaves, hashes frontier
	// differing are the leaves for which they disagree.
	differing []int64
}

// maxDiffering bounds how many of them are named.
const maxDiffering = 1000

// level are the hashes of the last tile of a level.
type level struct {
	n      int64
	hashes [][2]Hash
}

// VerifyExport does the same as Verify, as far as an export can tell: it has no rows.
func VerifyExport(ctx context.Context, files fs.FS, what Verification) (Verdict, error) {
	x := &exported{Verification: what, files: files, heads: make(map[int64][]Head)}
	if x.Progress == nil {
		x.Progress = func(int64) {}
	}
	x.verdict = Verdict{Verifier: what.Verifier, KeyWitnessed: what.Verifier != "", Intact: true, Complete: true, Findings: make(map[What]int64)}
	err := x.run(ctx)
	return x.verdict, err
}

func (x *exported) found(what What, place, detail string) {
	x.verdict.count(what)
	x.Found(Finding{what, place, detail})
}

func (x *exported) run(ctx context.Context) error {
	note, err := fs.ReadFile(x.files, checkpointFile)
	if err != nil {
		return fmt.Errorf("it is no export: %w", err)
	}
	if x.Verifier == "" {
		key, err := fs.ReadFile(x.files, keyFile)
		if err != nil {
			return err
		}
		x.verdict.Verifier = string(trimLine(key))
	}
	head, err := ReadCheckpoint(string(note), x.verdict.Verifier)
	if err != nil {
		x.found(misread(err), "the checkpoint", err.Error())
		return nil // nothing says what the rest should be
	}
	x.verdict.Origin, _, _ = parseCheckpoint(string(note))
	x.verdict.Size, x.verdict.Checkpoints = head.Size, 1
	x.heads[head.Size] = []Head{head}
	if err := ofLedger(x.Witnessed, x.verdict.Origin); err != nil {
		return err
	}
	for _, w := range x.Witnessed {
		x.witness(w.Name, w.Note, head.Size)
	}
	for n := int64(0); n*tileWidth < head.Size; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := Tile{entries, n, int(min(head.Size-n*tileWidth, tileWidth))}
		if err := x.bundle(t); err != nil {
			return err
		}
		x.Progress(n*tileWidth + int64(t.width))
	}
	for i := range x.levels {
		if err := x.compare(i); err != nil {
			return err
		}
	}
	// What was signed tells which of the two was changed.
	what, detail := RowChanged, "it is not what was sealed"
	if leads(&x.leaves, head) {
		what, detail = NodeChanged, "its hash in the tile is another one"
	}
	for _, index := range x.differing {
		x.found(what, fmt.Sprintf("leaf %d", index), detail)
	}
	return nil
}

func leads(edge *frontier, head Head) bool {
	root, err := edge.root()
	return err == nil && edge.size == head.Size && root == head.Root
}

func trimLine(text []byte) []byte {
	for len(text) > 0 && text[len(text)-1] == '\n' {
		text = text[:len(text)-1]
	}
	return text
}

func (x *exported) witness(name, text string, size int64) {
	head, err := ReadCheckpoint(text, x.verdict.Verifier)
	switch {
	case err != nil:
		x.found(misread(err), name, err.Error())
		return
	case head.Size > size:
		x.found(TailTruncated, fmt.Sprintf("leaf %d", size), fmt.Sprintf("%s covers %d leaves, and there are %d", name, head.Size, size))
	default:
		x.heads[head.Size] = append(x.heads[head.Size], head)
	}
	x.verdict.WitnessedSize = max(x.verdict.WitnessedSize, head.Size)
}

// bundle reads the leaves of a tile, beside their hashes, and grows the trees by them.
func (x *exported) bundle(t Tile) error {
	data, err := x.read(t)
	if err != nil {
		return err
	}
	tile := Tile{0, t.n, t.width}
	hashes, err := x.read(tile)
	if err != nil {
		return err
	}
	if hashes != nil && len(hashes) != t.width*tlog.HashSize {
		x.found(NodeChanged, "tile "+tile.Path(), "it has not as many hashes as the tree")
		hashes = nil
	}
	for i := range t.width {
		var entry []byte
		if entry, data = next(data); entry == nil {
			x.found(LeafDeleted, fmt.Sprintf("leaf %d", t.n*tileWidth+int64(i)), "it and those after it are not in tile "+t.Path())
			return nil // without it there is no tree
		}
		leaf := tlog.RecordHash(entry)
		hash := leaf
		if hashes != nil {
			hash = Hash(hashes[i*tlog.HashSize:])
		}
		if err := x.push(leaf, hash); err != nil {
			return err
		}
	}
	if len(data) > 0 {
		x.found(RowInserted, "tile "+t.Path(), "there is more in it than its leaves")
	}
	return nil
}

// read gives a tile, nil if it is not there.
func (x *exported) read(t Tile) ([]byte, error) {
	data, err := fs.ReadFile(x.files, tileFolder+"/"+t.Path())
	if errors.Is(err, fs.ErrNotExist) {
		x.found(NodeChanged, "tile "+t.Path(), "it is not there")
		return nil, nil
	}
	return data, err
}

// next takes an entry off a bundle, nil if there is none.
func next(data []byte) (entry, rest []byte) {
	if len(data) < 2 {
		return nil, nil
	}
	length := int(binary.BigEndian.Uint16(data))
	if len(data) < 2+length {
		return nil, nil
	}
	return data[2 : 2+length], data[2+length:]
}

func (x *exported) push(leaf, hash Hash) error {
	if leaf != hash && len(x.differing) < maxDiffering {
		x.differing = append(x.differing, x.leaves.size)
	}
	x.leaves.push(leaf)
	x.hashes.push(hash)
	for _, head := range x.heads[x.leaves.size] {
		if !leads(&x.leaves, head) && !leads(&x.hashes, head) {
			x.found(HistoryChanged, fmt.Sprintf("leaves 0 to %d", head.Size-1), fmt.Sprintf("they are not those that the checkpoint of %d leaves was signed for", head.Size))
		}
	}
	return x.add(0, [2]Hash{leaf, hash})
}

// add appends a hash to a level, and a full tile's to the next: both as the leaves and as
// the tiles below give it.
func (x *exported) add(i int, hash [2]Hash) error {
	if i == len(x.levels) {
		x.levels = append(x.levels, level{})
	}
	l := &x.levels[i]
	l.hashes = append(l.hashes, hash)
	if len(l.hashes) < tileWidth {
		return nil
	}
	var above [2]Hash
	for way := range above {
		var whole frontier
		for _, hash := range l.hashes {
			whole.push(hash[way])
		}
		root, err := whole.root()
		if err != nil {
			return err
		}
		above[way] = root
	}
	if err := x.compare(i); err != nil {
		return err
	}
	x.levels[i] = level{n: x.levels[i].n + 1}
	return x.add(i+1, above)
}

// compare holds the hashes of a level's last tile against the tile in the export.
func (x *exported) compare(i int) error {
	l := x.levels[i]
	if len(l.hashes) == 0 || i == 0 {
		return nil // the lowest was read with its leaves
	}
	t := Tile{i, l.n, len(l.hashes)}
	data, err := x.read(t)
	if err != nil || data == nil {
		return err
	}
	if len(data) != len(l.hashes)*tlog.HashSize {
		x.found(NodeChanged, "tile "+t.Path(), "it has not as many hashes as the tree")
		return nil
	}
	for at, hash := range l.hashes {
		if there := Hash(data[at*tlog.HashSize:]); there != hash[0] && there != hash[1] {
			x.found(NodeChanged, fmt.Sprintf("hash %d of tile %s", at, t.Path()), "it is not the hash of what lies below it")
		}
	}
	return nil
}
