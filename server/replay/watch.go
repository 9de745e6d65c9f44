package replay

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"assay/server/decision"
)

// Watch asks decisions of the log again, one at each tick, for as long as the server
// runs.
type Watch struct {
	Store     Store
	Revisions decision.Keeper
	// Intact tells whether the policy tree that is kept under the digest is that tree: a
	// revision that is held in memory says nothing of it. decision.ErrUnreadable if not.
	Intact func(ctx context.Context, digest string) error
	Note   func(decision.Replay)
	Logger *slog.Logger

	after int64
	// left is how many more are asked from here on before another place is picked.
	left int
	// checked is the revision whose tree was looked at since the place was picked.
	checked string
}

// stretch is how many decisions that follow one another are asked again before another
// place is picked. Neighbours were mostly made by one revision, so that an earlier one
// need not be compiled for each.
const stretch = 60

// Run asks one decision again every so often until ctx ends. What it finds is noted and
// logged; it never stops for it.
func (w *Watch) Run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := w.step(ctx); err != nil && ctx.Err() == nil {
			w.Logger.Warn("a decision could not be replayed", "error", err)
		}
	}
}

func (w *Watch) step(ctx context.Context) error {
	e, ok, err := w.next(ctx)
	if err != nil || !ok {
		return err
	}
	r, err := again(ctx, w.Revisions, w.Store, e)
	if err != nil {
		return err
	}
	if d := r.Decision; e.err == nil && d.Revision != w.checked {
		switch err := w.Intact(ctx, d.Revision); {
		case errors.Is(err, decision.ErrUnreadable), errors.Is(err, decision.ErrNotFound):
			r.Differences = append(r.Differences, decision.Difference{Part: decision.PartRevision, Replayed: err.Error()})
		case err != nil:
			return err
		default:
			w.checked = d.Revision
		}
	}
	w.Note(r.Replay)
	if !r.Equal() && !r.Erased() {
		// The parts alone: values are about partners.
		var parts []string
		for _, d := range r.Differences {
			parts = append(parts, d.Part+" "+d.Pointer)
		}
		w.Logger.Error("a decision does not come out again as it was logged", "decision_id", r.Decision.ID, "seq", r.Seq, "differences", parts)
	}
	return nil
}

// next goes on where it was, from the end of the log to its beginning, and picks another
// place from time to time. Every decision is as likely as every other.
func (w *Watch) next(ctx context.Context) (Entry, bool, error) {
	if w.left == 0 {
		last, err := w.Store.LastDecision(ctx)
		if err != nil || last == 0 {
			return Entry{}, false, err
		}
		w.after, w.left, w.checked = rand.Int64N(last), stretch, ""
	}
	w.left--
	for range 2 {
		seq, _, err := w.Store.NextDecision(ctx, w.after)
		if errors.Is(err, decision.ErrNotFound) {
			w.after = 0
			continue
		}
		if err != nil {
			return Entry{}, false, err
		}
		w.after = seq
		for e, err := range All(ctx, w.Store, seq-1, seq) {
			return e, err == nil, err
		}
	}
	return Entry{}, false, nil
}
