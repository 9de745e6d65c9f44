package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"assay/server/decision"
)

// tileHeight is that of C2SP's tlog-tiles: 256 hashes in a tile.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// entries is the level of the bundles of leaves, beside the tiles of hashes.
const entries = -1

// Tile is a resource of C2SP's tlog-tiles: hashes of a level of the tree, or leaves.
type Tile struct {
	level int
	n     int64
	width int
}

// tilePath is what follows tile/: level, index in groups of three digits, width if it is
// not full.
var tilePath = regexp.MustCompile(`^(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?$`)

// maxTileIndex keeps the indexes of leaves within 63 bits.
const maxTileIndex = 1<<54 - 1

// ParseTile reads the path of a tile, behind tile/. There is one path for each.
func ParseTile(path string) (Tile, bool) {
	m := tilePath.FindStringSubmatch(path)
	if m == nil || strings.HasPrefix(m[2], "x000/") || len(m[2]) > 30 {
		return Tile{}, false
	}
	t := Tile{level: entries, width: tileWidth}
	if m[1] != "entries" {
		t.level, _ = strconv.Atoi(m[1])
	}
	n, err := strconv.ParseInt(strings.NewReplacer("x", "", "/", "").Replace(m[2]), 10, 64)
	t.n = n
	if m[3] != "" {
		t.width, _ = strconv.Atoi(m[3])
	}
	return t, err == nil && n <= maxTileIndex && (t.width < tileWidth || m[3] == "")
}

// Path is where the tile is, behind tile/.
func (t Tile) Path() string {
	index := fmt.Sprintf("%03d", t.n%1000)
	for n := t.n / 1000; n > 0; n /= 1000 {
		index = fmt.Sprintf("x%03d/%s", n%1000, index)
	}
	level := "entries"
	if t.level != entries {
		level = strconv.Itoa(t.level)
	}
	if t.width < tileWidth {
		return fmt.Sprintf("%s/%s.p/%d", level, index, t.width)
	}
	return level + "/" + index
}

// within tells whether a tree of this size has the tile.
func (t Tile) within(size int64) bool {
	return t.n*tileWidth+int64(t.width) <= size>>(tileHeight*max(t.level, 0))
}

// tiles gives all of a tree of this size, level by level.
func tiles(size int64, yield func(Tile) error) error {
	for level := entries; ; level++ {
		width := size >> (tileHeight * max(level, 0))
		if width == 0 {
			return nil
		}
		for n := range (width + tileWidth - 1) / tileWidth {
			if err := yield(Tile{level, n, int(min(width-n*tileWidth, tileWidth))}); err != nil {
				return err
			}
		}
	}
}

// Tile reads a tile; decision.ErrNotFound if no checkpoint covers it.
func (l *Log) Tile(ctx context.Context, t Tile) ([]byte, error) {
	newest, err := l.store.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	if !t.within(newest.Size) {
		return nil, fmt.Errorf("tile %s: %w", t.Path(), decision.ErrNotFound)
	}
	return l.tile(ctx, t)
}

func (l *Log) tile(ctx context.Context, t Tile) ([]byte, error) {
	first := t.n * tileWidth
	var data []byte
	if t.level == entries {
		leaves, err := l.entries(ctx, first, first+int64(t.width))
		for _, leaf := range leaves {
			data = binary.BigEndian.AppendUint16(data, uint16(len(leaf)))
			data = append(data, leaf...)
		}
		return data, err
	}
	indexes := make([]int64, t.width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(t.level*tileHeight, first+int64(i))
	}
	hashes, err := nodes(ctx, l.store)(indexes)
	for _, hash := range hashes {
		data = append(data, hash[:]...)
	}
	return data, err
}

// errNotAsSealed is about a row that gives another leaf than the one in the tree.
var errNotAsSealed = errors.New("is not what was sealed; assay ledger verify says more")

// entries computes leaves from their rows. One that is not in the tree is not given out.
func (l *Log) entries(ctx context.Context, from, to int64) ([][]byte, error) {
	leaves, err := l.store.Leaves(ctx, from, to)
	if err != nil {
		return nil, err
	}
	if int64(len(leaves)) != to-from {
		return nil, fmt.Errorf("the tree has only %d of the leaves from %d to %d", len(leaves), from, to-1)
	}
	rows, err := l.rows(ctx, leaves)
	if err != nil {
		return nil, err
	}
	salts, err := l.store.Salts(ctx, partnersOf(rows))
	if err != nil {
		return nil, err
	}
	hashes, err := l.tile(ctx, Tile{level: 0, n: from / tileWidth, width: int(to - from/tileWidth*tileWidth)})
	if err != nil {
		return nil, err
	}
	hashes = hashes[from%tileWidth*tlog.HashSize:]
	list := make([][]byte, len(leaves))
	for i, row := range rows {
		if list[i], err = row.Leaf(salts); err != nil {
			return nil, fmt.Errorf("%s %d: %w", row.Kind, row.Seq, err)
		}
		if tlog.RecordHash(list[i]) != Hash(hashes[i*tlog.HashSize:]) {
			return nil, fmt.Errorf("%s %d %w", row.Kind, row.Seq, errNotAsSealed)
		}
	}
	return list, nil
}

// rows are those of leaves that follow one another.
func (l *Log) rows(ctx context.Context, leaves []Leaf) ([]Row, error) {
	type key struct {
		kind Kind
		seq  int64
	}
	found := make(map[key]Row, len(leaves))
	for _, kind := range Kinds {
		var first, last int64
		count := 0
		for _, leaf := range leaves {
			if leaf.Kind == kind {
				if count++; count == 1 {
					first = leaf.Seq
				}
				last = leaf.Seq
			}
		}
		if count == 0 {
			continue
		}
		// In a tree that is in order, the rows of a kind follow one another as well.
		rows, err := l.store.Rows(ctx, kind, first-1, last, count)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[key{kind, row.Seq}] = row
		}
	}
	rows := make([]Row, len(leaves))
	for i, leaf := range leaves {
		row, ok := found[key{leaf.Kind, leaf.Seq}]
		if !ok {
			return nil, fmt.Errorf("%s %d %w", leaf.Kind, leaf.Seq, errNotAsSealed)
		}
		rows[i] = row
	}
	return rows, nil
}
