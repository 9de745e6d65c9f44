package db

import (
	"container/heap"
	"math"
	"slices"
)

// A list is a set of keys that is read in ascending order. Lists are intersected and
// united by leaping: each is asked for its next key from where another one is, so that
// what only one of them has is passed over and not read.
type list interface {
	// seek gives the first key that is not before at, end if there is none. It is
	// called with keys that ascend.
	seek(at int64) (int64, error)
}

// end comes after all keys.
const end = math.MaxInt64

// How many keys of a list are read at a time: more while one in so many is used, for to
// read on costs less than to ask again, and fewer otherwise. It bounds the memory that a
// list takes.
const (
	firstKeys  = 8
	fewKeys    = 2
	manyKeys   = 512
	worthwhile = 8
)

// postings is a list that lies in an index.
type postings struct {
	// read gives at most n keys, ascending, from at on.
	read func(at, n int64) ([]int64, error)
	// keys are read and not passed yet; exhausted tells that none come after them.
	keys      []int64
	exhausted bool
	// n is how many were read last, used how many of them were asked for.
	n, used int64
}

func (p *postings) seek(at int64) (int64, error) {
	i, _ := slices.BinarySearch(p.keys, at)
	p.keys = p.keys[i:]
	if len(p.keys) == 0 && !p.exhausted {
		if err := p.refill(at); err != nil {
			return 0, err
		}
	}
	if len(p.keys) == 0 {
		return end, nil
	}
	p.used++
	return p.keys[0], nil
}

func (p *postings) refill(at int64) error {
	switch {
	case p.n == 0:
		p.n = firstKeys
	case worthwhile*p.used >= p.n:
		p.n = min(2*p.n, manyKeys)
	default:
		p.n = max(p.n/2, fewKeys)
	}
	keys, err := p.read(at, p.n)
	if err != nil {
		return err
	}
	p.keys, p.used, p.exhausted = keys, 0, int64(len(keys)) < p.n
	return nil
}

// intersection has the keys that all of its lists have; there is at least one list.
type intersection []list

func (lists intersection) seek(at int64) (int64, error) {
	for i, agreeing := 0, 0; agreeing < len(lists); i = (i + 1) % len(lists) {
		key, err := lists[i].seek(at)
		if err != nil || key == end {
			return end, err
		}
		if key != at {
			at, agreeing = key, 0
		}
		agreeing++
	}
	return at, nil
}

// union has the keys that one of its lists has: a heap of lists, the one with the
// least key on top.
type union struct {
	lists []list
	keys  []int64
}

// newUnion unites lists, of which there may be none.
func newUnion(lists ...list) *union {
	u := &union{lists: lists, keys: make([]int64, len(lists))}
	for i := range u.keys {
		u.keys[i] = math.MinInt64
	}
	return u
}

func (u *union) seek(at int64) (int64, error) {
	for len(u.lists) > 0 {
		if u.keys[0] >= at {
			return u.keys[0], nil
		}
		key, err := u.lists[0].seek(at)
		if err != nil {
			return 0, err
		}
		if key == end {
			heap.Pop(u)
			continue
		}
		u.keys[0] = key
		heap.Fix(u, 0)
	}
	return end, nil
}

// The heap of a union.

func (u *union) Len() int           { return len(u.lists) }
func (u *union) Less(i, j int) bool { return u.keys[i] < u.keys[j] }
func (u *union) Swap(i, j int) {
	u.lists[i], u.lists[j] = u.lists[j], u.lists[i]
	u.keys[i], u.keys[j] = u.keys[j], u.keys[i]
}
func (u *union) Push(any) { panic("a union does not grow") }
func (u *union) Pop() any {
	last := len(u.lists) - 1
	u.lists, u.keys = u.lists[:last], u.keys[:last]
	return nil
}

// take gives at most n keys of the list that lie in [from, to), ascending.
func take(l list, from, to int64, n int64) ([]int64, error) {
	var keys []int64
	for int64(len(keys)) < n {
		key, err := l.seek(from)
		if err != nil || key >= to {
			return keys, err
		}
		keys = append(keys, key)
		from = key + 1
	}
	return keys, nil
}
