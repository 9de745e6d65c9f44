package policy

import (
	"context"
	"errors"
	"fmt"

	"assay/server/decision"
)

// hold measures what passed the gate and, if it exceeds a budget, lets it wait while
// what served before goes on; l.reloading is held.
func (l *Library) hold(ctx context.Context, report Report) (held bool, err error) {
	if l.Measure == nil {
		return false, nil
	}
	live, last, err := l.servedLast(ctx)
	if errors.Is(err, decision.ErrNotFound) {
		return false, nil // the first tree of all turns nobody
	}
	if err != nil {
		return false, err
	}
	if live.digest == report.Revision.digest {
		return false, nil
	}
	id, exceeded, err := l.Measure(ctx, live, report.Revision)
	if err != nil {
		return false, fmt.Errorf("measure the impact of revision %s: %w", report.Revision.digest, err)
	}
	if len(exceeded) == 0 {
		return false, nil
	}
	if l.current.Load() == nil { // at the start of the program
		if _, err := l.activateEarlier(ctx, last.Revision, last.By, ""); err != nil {
			return false, fmt.Errorf("a change waits to be accepted, and what served before cannot go on: %w", err)
		}
	}
	l.wait(report, id, exceeded)
	return true, nil
}

// servedLast is what a candidate is measured against.
func (l *Library) servedLast(ctx context.Context) (*Revision, decision.Activation, error) {
	if r := l.current.Load(); r != nil {
		return r, decision.Activation{}, nil
	}
	last, err := l.Archive.LastActivation(ctx)
	if err != nil {
		return nil, last, err
	}
	files, err := l.archived(ctx, last.Revision)
	if err != nil {
		return nil, last, err
	}
	r, err := Reload(ctx, files)
	return r, last, err
}

func (l *Library) wait(report Report, id string, exceeded []string) {
	l.waiting, l.waitingFor = &report, id
	l.statusMu.Lock()
	l.status.Problems = nil
	l.status.Waiting = &decision.Waiting{Revision: report.Revision.digest, Report: id, Exceeded: exceeded, Since: l.Now().UTC()}
	l.statusMu.Unlock()
	for _, e := range exceeded {
		l.Logger.Warn("policies wait to be accepted", "revision", report.Revision.digest, "report", id, "detail", e)
	}
}

// stopWaiting forgets a candidate that is not what the folder holds any more.
func (l *Library) stopWaiting() {
	l.waiting, l.waitingFor = nil, ""
	l.statusMu.Lock()
	l.status.Waiting = nil
	l.statusMu.Unlock()
}

// Accept implements decision.Revisions. It looks at the folder itself: what was measured
// must be what serves, to the byte.
func (l *Library) Accept(ctx context.Context, report, by string) (decision.Activation, error) {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	if l.waiting == nil || l.waitingFor != report {
		return decision.Activation{}, fmt.Errorf("report %s: %w", report, decision.ErrNotFound)
	}
	tree, err := ReadTree(l.Layers...)
	if err != nil {
		return decision.Activation{}, err
	}
	if tree.Digest() != l.waiting.Revision.digest {
		return decision.Activation{}, decision.ErrCandidateChanged
	}
	return l.activate(ctx, *l.waiting, decision.Activation{By: by, Origin: l.origin(ctx)})
}
