// Package replay asks logged decisions again, many of them: all of the log, a sample of
// it, or one after the other in the background.
package replay

import (
	"context"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"

	"assay/server/decision"
	"assay/server/inorder"
)

// Store is where the log and the facts are read.
type Store interface {
	decision.FactStore
	// DecisionsInOrder are those after one place in the log up to another, oldest first,
	// with their given facts. decision.ErrUnreadable if one of them is.
	DecisionsInOrder(ctx context.Context, after, upto int64, limit int) ([]decision.LoggedDecision, error)
	// NextDecision names the decision after a place in the log, even one that cannot be
	// read; decision.ErrNotFound at the end.
	NextDecision(ctx context.Context, after int64) (seq int64, id string, err error)
	// LastDecision is the end of the log, 0 if there is none yet.
	LastDecision(ctx context.Context) (int64, error)
}

// Entry is an entry of the log; err says why it cannot be read.
type Entry struct {
	decision.LoggedDecision
	err error
}

// pageSize is how many entries are read at a time.
const pageSize = 200

// All are the entries after one place in the log up to another, oldest first.
func All(ctx context.Context, store Store, after, upto int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for {
			page, err := page(ctx, store, after, upto)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				after = e.Seq
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// page reads on. An entry that cannot be read is found by reading singly, so that it
// costs no other.
func page(ctx context.Context, store Store, after, upto int64) ([]Entry, error) {
	found, err := store.DecisionsInOrder(ctx, after, upto, pageSize)
	if err != nil && !errors.Is(err, decision.ErrUnreadable) {
		return nil, err
	}
	if err == nil {
		entries := make([]Entry, len(found))
		for i, d := range found {
			entries[i] = Entry{LoggedDecision: d}
		}
		return entries, nil
	}
	var entries []Entry
	for len(entries) < pageSize {
		seq, id, err := store.NextDecision(ctx, after)
		if errors.Is(err, decision.ErrNotFound) || err == nil && seq > upto {
			break
		}
		if err != nil {
			return nil, err
		}
		e := Entry{LoggedDecision: decision.LoggedDecision{Seq: seq, Decision: decision.Decision{ID: id}}}
		switch single, err := store.DecisionsInOrder(ctx, seq-1, seq, 1); {
		case errors.Is(err, decision.ErrUnreadable):
			e.err = err
		case err != nil:
			return nil, err
		case len(single) == 1:
			e.LoggedDecision = single[0]
		}
		entries = append(entries, e)
		after = seq
	}
	return entries, nil
}

// Sample are n entries from anywhere in the log, oldest first; all if there are no more.
func Sample(ctx context.Context, store Store, last int64, n int) iter.Seq2[Entry, error] {
	if int64(n) >= last {
		return All(ctx, store, 0, last)
	}
	places := make(map[int64]bool, n)
	for len(places) < n {
		places[rand.Int64N(last)] = true
	}
	return func(yield func(Entry, error) bool) {
		var before int64
		for _, place := range slices.Sorted(maps.Keys(places)) {
			// The next one, if there is none at the place itself.
			seq, _, err := store.NextDecision(ctx, max(place, before))
			if errors.Is(err, decision.ErrNotFound) {
				return
			}
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for e, err := range All(ctx, store, seq-1, seq) {
				if !yield(e, err) || err != nil {
					return
				}
			}
			before = seq
		}
	}
}

// Result is what became of an entry.
type Result struct {
	Seq int64
	decision.Replay
}

// Run asks the entries again on all processors, and hands on what came out in their
// order.
func Run(ctx context.Context, revisions decision.Keeper, store Store, entries func(context.Context) iter.Seq2[Entry, error], hand func(Result) error) error {
	return inorder.Each(ctx, entries, func(ctx context.Context, e Entry) (Result, error) {
		return again(ctx, revisions, store, e)
	}, hand)
}

func again(ctx context.Context, revisions decision.Keeper, store Store, e Entry) (Result, error) {
	if e.err != nil {
		return Result{e.Seq, decision.Unreadable(e.Decision, e.err)}, nil
	}
	r, err := decision.ReplayOf(ctx, revisions, store, e.Decision)
	return Result{e.Seq, r}, err
}
