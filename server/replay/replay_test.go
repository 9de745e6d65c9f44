package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/server/decision"
)

// log is a decision log with gaps, in which some entries cannot be read.
type log struct {
	seqs       []int64
	unreadable map[int64]bool
	reads      int
}

func (l *log) Facts(context.Context, string, decision.Day, int64) ([]decision.Fact, error) {
	return nil, nil
}

func (l *log) DecisionsInOrder(_ context.Context, after, upto int64, limit int) ([]decision.LoggedDecision, error) {
	l.reads++
	var found []decision.LoggedDecision
	for _, seq := range l.seqs {
		if seq <= after || seq > upto || len(found) == limit {
			continue
		}
		if l.unreadable[seq] {
			return nil, fmt.Errorf("decision %d: %w", seq, decision.ErrUnreadable)
		}
		found = append(found, decision.LoggedDecision{Seq: seq, Decision: decision.Decision{ID: id(seq), Revision: "r"}})
	}
	return found, nil
}

func (l *log) NextDecision(_ context.Context, after int64) (int64, string, error) {
	for _, seq := range l.seqs {
		if seq > after {
			return seq, id(seq), nil
		}
	}
	return 0, "", decision.ErrNotFound
}

func (l *log) LastDecision(context.Context) (int64, error) {
	if len(l.seqs) == 0 {
		return 0, nil
	}
	return l.seqs[len(l.seqs)-1], nil
}

func id(seq int64) string { return fmt.Sprintf("d-%d", seq) }

// newLog has every third entry missing.
func newLog(n int64) *log {
	l := &log{unreadable: make(map[int64]bool)}
	for seq := int64(1); seq <= n; seq++ {
		if seq%3 != 0 {
			l.seqs = append(l.seqs, seq)
		}
	}
	return l
}

func seqsOf(t *testing.T, entries iter.Seq2[Entry, error]) (seqs, unreadable []int64) {
	t.Helper()
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		if e.ID != id(e.Seq) {
			t.Errorf("%d is %s", e.Seq, e.ID)
		}
		if seqs = append(seqs, e.Seq); e.err != nil {
			unreadable = append(unreadable, e.Seq)
		}
	}
	return seqs, unreadable
}

// One entry that cannot be read costs no other.
func TestAllEntriesComeOnceInOrder(t *testing.T) {
	t.Parallel()
	l := newLog(2000)
	for _, seq := range []int64{1, 2, 301, 302, 1999} {
		l.unreadable[seq] = true
	}
	seqs, unreadable := seqsOf(t, All(t.Context(), l, 0, 2000))
	if !slices.Equal(seqs, l.seqs) || !slices.Equal(unreadable, []int64{1, 2, 301, 302, 1999}) {
		t.Errorf("%d entries, unreadable %v", len(seqs), unreadable)
	}
	if l.reads > 700 {
		t.Errorf("%d reads: only pages with unreadable entries need one for each", l.reads)
	}
	if seqs, _ := seqsOf(t, All(t.Context(), l, 10, 14)); !slices.Equal(seqs, []int64{11, 13, 14}) {
		t.Errorf("got %v", seqs)
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	l := newLog(1000)
	l.unreadable[500] = true
	seen := make(map[int64]bool)
	for range 200 {
		seqs, _ := seqsOf(t, Sample(t.Context(), l, 1000, 100))
		if len(seqs) < 60 || len(seqs) > 100 || !slices.IsSorted(seqs) || len(slices.Compact(slices.Clone(seqs))) != len(seqs) {
			t.Fatalf("got %v", seqs)
		}
		for _, seq := range seqs {
			seen[seq] = true
		}
	}
	if len(seen) != len(l.seqs) {
		t.Errorf("only %d of %d are ever picked", len(seen), len(l.seqs))
	}
	if seqs, _ := seqsOf(t, Sample(t.Context(), l, 1000, 1000)); !slices.Equal(seqs, l.seqs) {
		t.Errorf("all are %d", len(seqs))
	}
}

// The watch reaches every entry, looks at each tree, and stops for nothing.
func TestWatch(t *testing.T) {
	t.Parallel()
	l := newLog(90)
	l.unreadable[40] = true
	var logged strings.Builder
	noted := make(map[string]int)
	trees := 0
	w := &Watch{
		Store: l, Revisions: keeper{}, Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		Intact: func(context.Context, string) error { trees++; return decision.ErrUnreadable },
		Note: func(r decision.Replay) {
			noted[r.Decision.ID]++
			if last := r.Differences[len(r.Differences)-1]; r.Decision.ID != id(40) && last.Part != decision.PartRevision {
				t.Errorf("%v", r.Differences)
			}
		},
	}
	for range 3000 {
		if err := w.step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, seq := range l.seqs {
		if n := noted[id(seq)]; n < 10 {
			t.Errorf("%d was asked again %d times of 3000", seq, n)
		}
	}
	if trees == 0 || !strings.Contains(logged.String(), "decision_id=d-40") {
		t.Errorf("%d trees\n%.300s", trees, logged.String())
	}
	// An empty log is no error, and the end of the context is the end.
	w.Store, w.left = &log{}, 0
	if err := w.step(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Run(ctx, time.Hour)
}

// keeper has lost its revisions.
type keeper struct{}

func (keeper) Revision(context.Context, string) (decision.Revision, error) {
	return nil, decision.ErrNotFound
}

// What is wrong with the asking ends a run, what is wrong with a decision does not.
func TestRun(t *testing.T) {
	t.Parallel()
	l := newLog(500)
	var got []int64
	all := func(ctx context.Context) iter.Seq2[Entry, error] { return All(ctx, l, 0, 500) }
	err := Run(t.Context(), keeper{}, l, all, func(r Result) error {
		got = append(got, r.Seq)
		return nil
	})
	if err != nil || !slices.Equal(got, l.seqs) {
		t.Errorf("%d results, %v", len(got), err)
	}
	full := errors.New("the disk is full")
	if err := Run(t.Context(), keeper{}, l, all, func(Result) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
