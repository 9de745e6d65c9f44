package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// suspicion grows the tree from its rows, beside the one that is stored. Where the two
// disagree, either what lies below was changed or the stored hash was; the hash above,
// and at the end what was signed, tells which. Until then both are kept.
type suspicion struct {
	found   func(What, string, string)
	suspect func(suspect)
	size    int64
	edge    []subtree
}

// subtree is a complete one.
type subtree struct {
	level int
	n     int64
	// hash is taken for the right one, unless other turns out to be.
	hash  Hash
	other *Hash
	// why tells what it means that the one or the other is right; nil if there is no
	// other.
	why func(other bool)
}

// push appends a leaf: what it is made of, its hash as the row gives it (nil if it cannot
// be told), and the stored hashes.
func (t *suspicion) push(s sealed, own *Hash, salt []byte, stored map[int64]Hash) {
	kept, isKept := stored[tlog.StoredHashIndex(0, s.leaf.Index)]
	top := subtree{n: t.size, hash: kept}
	switch {
	case !isKept:
		t.found(NodeChanged, nodeName(0, t.size), "it is not there any more")
		if own != nil {
			top.hash = *own
		}
	case s.leaf.Kind == "":
		t.suspect(suspect{what: LeafDeleted, leaf: s.leaf, stored: kept})
	case s.row == nil:
		t.suspect(suspect{what: RowDeleted, leaf: s.leaf, stored: kept})
	case own != nil && *own != kept:
		top.other = own
		top.why = func(other bool) {
			if other {
				t.found(NodeChanged, nodeName(0, s.leaf.Index), "the leaf of "+place(s.leaf.Kind, s.leaf.Seq)+" has another hash")
				return
			}
			t.suspect(suspect{what: RowChanged, leaf: s.leaf, row: s.row, salt: salt, own: *own, stored: kept})
		}
	case s.late:
		t.found(RowReordered, place(s.leaf.Kind, s.leaf.Seq), fmt.Sprintf("leaf %d stands for it, after those of later rows", s.leaf.Index))
	}
	t.size++
	for n := t.size - 1; n&1 == 1; n >>= 1 {
		left := t.edge[len(t.edge)-1]
		t.edge = t.edge[:len(t.edge)-1]
		top = t.join(left, top, stored)
	}
	t.edge = append(t.edge, top)
}

// join makes the subtree above two, and settles what is open about them.
func (t *suspicion) join(left, right subtree, stored map[int64]Hash) subtree {
	above := subtree{level: left.level + 1, n: left.n >> 1}
	kept, isKept := stored[tlog.StoredHashIndex(above.level, above.n)]
	pair := []subtree{left, right}
	if choice, ok := choose(pair, func(hashes []Hash) bool { return isKept && tlog.NodeHash(hashes[0], hashes[1]) == kept }); ok {
		settle(pair, choice)
		above.hash = kept
		return above
	}
	settle(pair, 0)
	above.hash = tlog.NodeHash(left.hash, right.hash)
	if !isKept {
		t.found(NodeChanged, nodeName(above.level, above.n), "it is not there any more")
		return above
	}
	above.other = &kept
	above.why = func(other bool) {
		if !other {
			t.found(NodeChanged, nodeName(above.level, above.n), "it is not the hash of the two below it")
			return
		}
		first := above.n << above.level
		t.found(HistoryChanged, fmt.Sprintf("leaves %d to %d", first, first+1<<above.level-1),
			"the rows and the hashes of the leaves agree, but the tree above them was made of others")
	}
	return above
}

func nodeName(level int, n int64) string {
	return fmt.Sprintf("node %d of level %d (index %d)", n, level, tlog.StoredHashIndex(level, n))
}

// maxOpen bounds how many open questions are tried out together.
const maxOpen = 6

// choose finds for which of the open hashes the condition holds, as a bit set: bit i is
// set if the other one of subtree i is right.
func choose(list []subtree, holds func([]Hash) bool) (choice uint, ok bool) {
	var open []int
	for i, s := range list {
		if s.other != nil && len(open) < maxOpen {
			open = append(open, i)
		}
	}
	hashes := make([]Hash, len(list))
	for try := range uint(1) << len(open) {
		choice = 0
		for i, s := range list {
			hashes[i] = s.hash
		}
		for bit, i := range open {
			if try>>bit&1 == 1 {
				hashes[i] = *list[i].other
				choice |= 1 << i
			}
		}
		if holds(hashes) {
			return choice, true
		}
	}
	return 0, false
}

func settle(list []subtree, choice uint) {
	for i, s := range list {
		if s.why != nil {
			s.why(choice>>i&1 == 1)
		}
	}
}

// has tells whether the tree so far can have this root. If it has, open questions are
// settled by it.
func (t *suspicion) has(root Hash) bool {
	choice, ok := choose(t.edge, func(hashes []Hash) bool {
		f := frontier{size: t.size, hashes: hashes}
		own, err := f.root()
		return err == nil && own == root
	})
	if !ok {
		return false
	}
	settle(t.edge, choice)
	for i := range t.edge {
		if choice>>i&1 == 1 {
			t.edge[i].hash = *t.edge[i].other
		}
		t.edge[i].other, t.edge[i].why = nil, nil
	}
	return true
}

// settle ends the walk: what is still open is taken for what it looks like.
func (t *suspicion) settle() { settle(t.edge, 0) }
