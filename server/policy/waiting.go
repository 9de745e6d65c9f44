package policy

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"assay/server/decision"
)

// errFolderChanged ends what is done about a tree that the folder does not hold any more.
var errFolderChanged = errors.New("the folder holds another tree by now")

// consider takes a new tree through the gate and measures it against what serves. Then
// it serves, or waits for a person; l.looking is held. As soon as the folder holds
// another tree that is the end of it: what its author took back does not serve.
func (l *Library) consider(ctx context.Context, tree Tree, digest string) error {
	defer l.checking(digest)()
	there, stop := l.whileThere(ctx, digest)
	defer stop()
	err := l.considerThere(there, tree, digest)
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.Is(err, errFolderChanged) || errors.Is(context.Cause(there), errFolderChanged):
		return errFolderChanged
	}
	l.refused = refusal{digest, err, l.Now().Add(tryAgain)}
	return err
}

// peek is how often the folder is read while the tree that it held is looked at.
const peek = 500 * time.Millisecond

// whileThere gives a context that is cancelled as soon as the folder holds another tree,
// and ends with stop in any case.
func (l *Library) whileThere(ctx context.Context, digest string) (there context.Context, stop func()) {
	there, cancel := context.WithCancelCause(ctx)
	var peeking sync.WaitGroup
	peeking.Go(func() {
		ticker := time.NewTicker(peek)
		defer ticker.Stop()
		for {
			select {
			case <-there.Done():
				return
			case <-ticker.C:
			}
			// A folder that cannot be read is mostly in the midst of a save; the next
			// time it can.
			if tree, err := ReadTree(l.Layers...); err == nil && tree.Digest() != digest {
				cancel(errFolderChanged)
				return
			}
		}
	})
	return there, func() {
		cancel(nil)
		peeking.Wait()
	}
}

// holds tells whether the folder still holds the tree.
func (l *Library) holds(digest string) bool {
	tree, err := ReadTree(l.Layers...)
	return err == nil && tree.Digest() == digest
}

func (l *Library) considerThere(ctx context.Context, tree Tree, digest string) error {
	candidate, err := l.gate(ctx, tree, digest)
	if err != nil {
		return err
	}
	origin := l.origin(ctx)
	for {
		live, last, err := l.servedLast(ctx)
		if err != nil {
			return err
		}
		m, err := l.measure(ctx, live, candidate.Revision)
		if err != nil {
			return fmt.Errorf("measure the impact of revision %s: %w", digest, err)
		}
		if m.waits() && l.current.Load() == nil { // at the start of the program
			if err := l.goOn(ctx, last); err != nil {
				return fmt.Errorf("a change waits to be accepted, and what served before cannot go on: %w", err)
			}
		}
		if err := l.followOthers(ctx, digest); err != nil {
			return err
		}
		if !l.holds(digest) {
			return errFolderChanged
		}
		if done, err := l.settle(ctx, candidate, origin, m); done || err != nil {
			return err
		}
	}
}

// checking says in the status what is looked at, until the function it returns is called.
func (l *Library) checking(digest string) (done func()) {
	set := func(c *decision.Checking) {
		l.statusMu.Lock()
		defer l.statusMu.Unlock()
		l.status.Checking = c
	}
	set(&decision.Checking{Revision: digest, Since: l.Now().UTC()})
	return func() { set(nil) }
}

// servedLast is what a candidate is measured against: nil for the first tree of all,
// which turns nobody.
func (l *Library) servedLast(ctx context.Context) (*Revision, decision.Activation, error) {
	if r := l.current.Load(); r != nil {
		return r, decision.Activation{}, nil
	}
	last, err := l.lastActivation(ctx)
	if err != nil || last.Revision == "" {
		return nil, last, err
	}
	files, err := l.archived(ctx, last.Revision)
	if err != nil {
		return nil, last, err
	}
	r, err := Reload(ctx, files)
	return r, last, err
}

// measured is what a candidate turns in place of what serves.
type measured struct {
	live     *Revision
	report   decision.Report
	exceeded []string
	// accepted is the person's word on the report; empty if there is none.
	accepted decision.Acceptance
}

func (m measured) waits() bool { return len(m.exceeded) > 0 && m.accepted.By == "" }

// measure finds out what the candidate turns. A report that needs a person's word is kept
// before anybody is asked for it; the word may have been given already.
func (l *Library) measure(ctx context.Context, live, candidate *Revision) (measured, error) {
	m := measured{live: live}
	if l.Measure == nil || live == nil || live.digest == candidate.digest {
		return m, nil
	}
	var err error
	if m.report, m.exceeded, err = l.Measure(ctx, live, candidate); err != nil || len(m.exceeded) == 0 {
		return m, err
	}
	if err := l.Archive.KeepReport(ctx, m.report); err != nil {
		return m, err
	}
	m.accepted, err = l.Archive.Acceptance(ctx, m.report.ID)
	if errors.Is(err, decision.ErrNotFound) {
		err = nil
	}
	return m, err
}

// goOn lets what served before the program was started serve again.
func (l *Library) goOn(ctx context.Context, last decision.Activation) error {
	report, err := l.gateEarlier(ctx, last.Revision)
	if err != nil {
		return err
	}
	l.serving.Lock()
	defer l.serving.Unlock()
	_, err = l.activate(ctx, report, decision.Activation{By: last.By, Report: last.Report, Origin: earlierOrigin})
	return err
}

// settle lets the candidate serve or wait. It is not done if something else serves by now
// than what the candidate was measured against.
func (l *Library) settle(ctx context.Context, candidate Report, origin decision.Origin, m measured) (done bool, err error) {
	l.serving.Lock()
	defer l.serving.Unlock()
	current, digest := l.current.Load(), candidate.Revision.digest
	switch {
	case l.passedOver == digest:
		return true, nil // somebody went back in its place meanwhile
	case current != nil && current.digest == digest:
		return true, nil // or let it serve
	case current != nil && (m.live == nil || m.live.digest != current.digest):
		return false, nil
	case m.waits():
		l.wait(candidate, m)
		return true, nil
	}
	a := decision.Activation{Origin: origin}
	if len(m.exceeded) > 0 {
		a.By, a.Report = m.accepted.By, m.report.ID
	}
	_, err = l.activate(ctx, candidate, a)
	return true, err
}

// wait lets the candidate wait for a person; l.serving is held.
func (l *Library) wait(candidate Report, m measured) {
	l.waiting, l.waitingFor = &candidate, m.report.ID
	digest := candidate.Revision.digest
	l.statusMu.Lock()
	l.status.Waiting = &decision.Waiting{Revision: digest, Report: m.report.ID, Exceeded: m.exceeded, Warnings: candidate.Warnings, Since: l.Now().UTC()}
	l.statusMu.Unlock()
	for _, e := range m.exceeded {
		l.Logger.Warn("policies wait to be accepted", "revision", digest, "report", m.report.ID, "warnings", len(candidate.Warnings), "detail", e)
	}
}

// stopWaiting forgets the candidate; l.serving is held.
func (l *Library) stopWaiting() {
	l.waiting, l.waitingFor = nil, ""
	l.statusMu.Lock()
	l.status.Waiting = nil
	l.statusMu.Unlock()
}

// serveAccepted lets the candidate serve that waits, if a person accepted its report by
// way of another process; l.looking is held.
func (l *Library) serveAccepted(ctx context.Context) error {
	l.serving.Lock()
	id := l.waitingFor
	l.serving.Unlock()
	accepted, err := l.Archive.Acceptance(ctx, id)
	if errors.Is(err, decision.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	origin := l.origin(ctx)
	l.serving.Lock()
	defer l.serving.Unlock()
	if l.waiting == nil || l.waitingFor != id {
		return nil // accepted here, or gone back from, meanwhile
	}
	_, err = l.activate(ctx, *l.waiting, decision.Activation{By: accepted.By, Report: id, Origin: origin})
	return err
}

// Accept implements decision.Revisions. It looks at the folder itself: what was measured
// must be what serves, to the byte.
func (l *Library) Accept(ctx context.Context, report, by string) (decision.Activation, error) {
	origin := l.origin(ctx)
	l.serving.Lock()
	defer l.serving.Unlock()
	if l.waiting == nil || l.waitingFor != report {
		return decision.Activation{}, fmt.Errorf("report %s: %w", report, decision.ErrNotFound)
	}
	if !l.holds(l.waiting.Revision.digest) { // nor does a folder that is being written to
		return decision.Activation{}, decision.ErrCandidateChanged
	}
	accepted, err := l.Archive.Accept(ctx, report, decision.Acceptance{By: by, At: l.now()})
	if err != nil {
		return decision.Activation{}, err
	}
	return l.activate(ctx, *l.waiting, decision.Activation{By: accepted.By, Report: report, Origin: origin})
}
