package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay/server/decision"
)

// tryAgain is how long a refused tree is left alone. It may have been refused for a
// passing reason, such as a test that ran into its time limit on a busy machine.
const tryAgain = 30 * time.Second

// refusal is what kept a tree from serving, be it a fault of the tree or not, and when to
// look again all the same.
type refusal struct {
	digest string
	err    error
	until  time.Time
}

// Reload looks at the folder and, if the tree there changed, passes the gate and turns no
// more than the budgets allow, lets it serve. The error says why it may not; Status says
// so too until the tree is mended.
func (l *Library) Reload(ctx context.Context) error {
	l.looking.Lock()
	defer l.looking.Unlock()
	err := l.look(ctx)
	for errors.Is(err, errFolderChanged) && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(settle): // a burst of saves mostly goes on
		}
		err = l.look(ctx)
	}
	switch {
	case err == nil:
		l.recover()
	case ctx.Err() == nil: // else the program ends, which is nobody's fault
		l.complain(err)
	}
	return err
}

// look brings what serves and what the folder holds together, as far as it may;
// l.looking is held.
func (l *Library) look(ctx context.Context) error {
	tree, err := ReadTree(l.Layers...)
	if err != nil {
		return &decision.RefusedError{Problems: []decision.PolicyProblem{{Message: err.Error()}}}
	}
	digest := tree.Digest()
	l.hold(digest)
	if l.current.Load() == nil {
		if back, err := l.goBack(ctx, digest); back || err != nil {
			return err
		}
	}
	if err := l.followOthers(ctx, digest); err != nil {
		return err
	}
	switch l.stateOf(digest) {
	case settled:
		return nil
	case returned:
		return l.takeUp(ctx, digest)
	case waiting:
		return l.serveAccepted(ctx)
	}
	if r := l.refused; r.digest == digest && l.Now().Before(r.until) {
		return r.err
	}
	l.refused = refusal{}
	return l.consider(ctx, tree, digest)
}

// hold notes what the folder holds; a candidate that it does not hold any more waits no
// longer.
func (l *Library) hold(digest string) {
	l.serving.Lock()
	defer l.serving.Unlock()
	l.folder = digest
	if l.waiting != nil && l.waiting.Revision.digest != digest {
		l.stopWaiting()
	}
}

// state is how a tree in the folder stands to what serves.
type state int

const (
	unsettled state = iota // not looked at yet, or refused
	settled                // it serves, or is passed over
	returned               // it serves, but was passed over as something else until now
	waiting
)

// stateOf tells where the tree in the folder stands.
func (l *Library) stateOf(digest string) state {
	l.serving.Lock()
	defer l.serving.Unlock()
	current := l.current.Load()
	switch {
	case current == nil:
		return unsettled
	case current.digest == digest && l.passedOver != "":
		return returned
	case current.digest == digest, l.passedOver == digest:
		return settled
	case l.waiting != nil && l.waiting.Revision.digest == digest:
		return waiting
	}
	return unsettled
}

// takeUp keeps that what serves comes from the folder again: an earlier revision was
// preferred to what was there, and now it holds that very revision.
func (l *Library) takeUp(ctx context.Context, digest string) error {
	origin := l.origin(ctx)
	l.serving.Lock()
	defer l.serving.Unlock()
	current := l.current.Load()
	if current.digest != digest {
		return nil // somebody went back meanwhile; the next look knows
	}
	a := l.last
	a.By, a.InPlaceOf, a.Report, a.Origin, a.At = "", "", "", origin, l.now()
	a, err := l.Archive.Activate(ctx, a, current.tree)
	if err != nil {
		return fmt.Errorf("keep revision %s: %w", digest, err)
	}
	l.last, l.passedOver = a, ""
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	l.status.Source, l.status.InPlaceOf = a.Origin.Source, ""
	return nil
}

// goBack lets the revision serve, at the start of the program, that somebody preferred to
// the tree in the folder.
func (l *Library) goBack(ctx context.Context, digest string) (bool, error) {
	last, err := l.lastActivation(ctx)
	if err != nil || last.InPlaceOf != digest {
		return false, err
	}
	report, err := l.gateEarlier(ctx, last.Revision)
	if err != nil {
		return false, err
	}
	l.serving.Lock()
	defer l.serving.Unlock()
	_, err = l.activate(ctx, report, decision.Activation{InPlaceOf: digest, Origin: earlierOrigin})
	return true, err
}

// lastActivation is empty if nothing ever served.
func (l *Library) lastActivation(ctx context.Context) (decision.Activation, error) {
	last, err := l.Archive.LastActivation(ctx)
	if errors.Is(err, decision.ErrNotFound) {
		return decision.Activation{}, nil
	}
	if err != nil {
		return decision.Activation{}, fmt.Errorf("read the last activation: %w", err)
	}
	return last, nil
}

// followOthers does what another process on the same archive did about the tree that this
// one's folder holds: prefer an earlier revision to it, or let it serve. It passed the
// gate there, and is kept already.
func (l *Library) followOthers(ctx context.Context, digest string) error {
	current := l.current.Load()
	if current == nil {
		return nil
	}
	last, err := l.lastActivation(ctx)
	if err != nil {
		return err
	}
	if last.InPlaceOf != digest && (last.InPlaceOf != "" || last.Revision != digest) {
		return nil
	}
	l.serving.Lock()
	known := last.Seq <= l.last.Seq
	if !known && last.Revision == current.digest && last.InPlaceOf == l.passedOver {
		l.last, known = last, true // it did the same
	}
	l.serving.Unlock()
	if known {
		return nil
	}
	r, err := l.Revision(ctx, last.Revision)
	if err != nil {
		return fmt.Errorf("follow another server on this database: %w", err)
	}
	next := r.(*Revision)
	_, warnings, err := next.checkCases(ctx, nil)
	if err != nil {
		return fmt.Errorf("follow another server on this database: %w", err)
	}
	l.serving.Lock()
	defer l.serving.Unlock()
	if last.Seq > l.last.Seq { // else somebody was faster here
		l.serve(next, last, warnings)
	}
	return nil
}
