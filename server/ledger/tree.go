package ledger

import (
	"context"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// frontier is the right edge of a tree: the hashes of its largest complete subtrees, from
// the left to the right. It is all that growing needs.
type frontier struct {
	size   int64
	hashes []Hash
}

// push appends a leaf and gives the hashes that it completes, its own first: those that
// the tree stores for it, in their order.
func (f *frontier) push(leaf Hash) []Hash {
	stored := []Hash{leaf}
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.hashes) - 1
		leaf = tlog.NodeHash(f.hashes[last], leaf)
		f.hashes = f.hashes[:last]
		stored = append(stored, leaf)
	}
	f.hashes = append(f.hashes, leaf)
	f.size++
	return stored
}

// root is the hash of the tree.
func (f *frontier) root() (Hash, error) {
	if f.size == 0 {
		return tlog.TreeHash(0, nil)
	}
	root := f.hashes[len(f.hashes)-1]
	for i := len(f.hashes) - 2; i >= 0; i-- {
		root = tlog.NodeHash(f.hashes[i], root)
	}
	return root, nil
}

// readFrontier reads that of the first size leaves.
func readFrontier(ctx context.Context, store Store, size int64) (*frontier, error) {
	var indexes []int64
	for rest := size; rest > 0; {
		level := bits.Len64(uint64(rest)) - 1
		done := size - rest
		indexes = append(indexes, tlog.StoredHashIndex(level, done>>level))
		rest -= 1 << level
	}
	hashes, err := nodes(ctx, store)(indexes)
	return &frontier{size: size, hashes: hashes}, err
}

// nodes reads hashes of the tree, in the order that they are asked for.
func nodes(ctx context.Context, store Store) tlog.HashReaderFunc {
	return func(indexes []int64) ([]Hash, error) {
		found, err := store.Nodes(ctx, indexes)
		if err != nil {
			return nil, err
		}
		hashes := make([]Hash, len(indexes))
		for i, index := range indexes {
			hash, ok := found[index]
			if !ok {
				return nil, fmt.Errorf("the tree has no node %d", index)
			}
			hashes[i] = hash
		}
		return hashes, nil
	}
}
