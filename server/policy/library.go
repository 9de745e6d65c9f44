package policy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"assay/server/decision"
)

// Archive keeps every tree that ever served, and when it did.
type Archive interface {
	// Activate keeps the tree, unless it is kept already, and that it serves from now
	// on, in one step. It gives the activation its place in the log.
	Activate(ctx context.Context, a decision.Activation, files map[string][]byte) (decision.Activation, error)
	// LastActivation gives decision.ErrNotFound if nothing ever served.
	LastActivation(ctx context.Context) (decision.Activation, error)
	// RevisionFiles gives decision.ErrNotFound for a tree that never served.
	RevisionFiles(ctx context.Context, digest string) (map[string][]byte, error)
}

// Library gives the revision that serves, and takes over a new tree when it passes
// the gate. A bad one never replaces a good one.
type Library struct {
	Archive Archive
	Now     func() time.Time
	Logger  *slog.Logger
	// Name says where the policies come from; Layers read them, the last one counting
	// most.
	Name   string
	Layers []fs.FS
	// Origin says what is known of a tree that was just read; nil: nothing but Name.
	Origin func(ctx context.Context) decision.Origin
	// Measure tells which budgets a candidate exceeds, in place of what serves, and the
	// id of the report that says so. One that exceeds any waits. nil: nothing is measured.
	Measure func(ctx context.Context, live, candidate *Revision) (report string, exceeded []string, err error)

	current atomic.Pointer[Revision]

	reloading sync.Mutex // one reload or activation at a time
	// passedOver is the tree in the folder that an earlier revision was preferred to; as
	// long as the folder holds it, the earlier one goes on.
	passedOver string
	// folder is the tree that was last read there, last the newest activation.
	folder string
	last   decision.Activation
	// waiting passed the gate, and waits for a person with the report waitingFor.
	waiting    *Report
	waitingFor string
	// tried is the digest of the tree that was looked at last, refusal what kept it
	// from serving, until is when to look again all the same.
	tried   string
	refusal error
	until   time.Time

	statusMu sync.Mutex
	status   decision.PolicyStatus

	earlierMu sync.Mutex
	// earlier holds revisions that served before, for reading their decisions.
	earlier map[string]*Revision
}

var _ decision.Revisions = (*Library)(nil)

// tryAgain is how long a refused tree is left alone. It may have been refused for a
// passing reason, such as a test that ran into its time limit on a busy machine.
const tryAgain = 30 * time.Second

// maxEarlier bounds the earlier revisions held in memory; the archive has them all.
const maxEarlier = 8

// Current implements decision.Revisions. It is nil until the first Reload succeeds.
func (l *Library) Current() decision.Revision {
	if r := l.current.Load(); r != nil {
		return r
	}
	return nil // not a nil *Revision, which would not compare equal to nil
}

// Status implements decision.Revisions.
func (l *Library) Status() decision.PolicyStatus {
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	status := l.status
	if r := l.current.Load(); r != nil {
		status.Overdue = r.Overdue(decision.DayOf(l.Now()))
	}
	return status
}

// Revision implements decision.Revisions.
func (l *Library) Revision(ctx context.Context, digest string) (decision.Revision, error) {
	if current := l.current.Load(); current != nil && current.digest == digest {
		return current, nil
	}
	l.earlierMu.Lock()
	defer l.earlierMu.Unlock()
	if r, ok := l.earlier[digest]; ok {
		return r, nil
	}
	files, err := l.archived(ctx, digest)
	if err != nil {
		return nil, err
	}
	r, err := Reload(ctx, files)
	if err != nil {
		return nil, fmt.Errorf("revision %s: %w", digest, err)
	}
	l.keep(r)
	return r, nil
}

// archived is a tree that served before.
func (l *Library) archived(ctx context.Context, digest string) (Tree, error) {
	files, err := l.Archive.RevisionFiles(ctx, digest)
	if err != nil {
		return nil, err
	}
	if got := Tree(files).Digest(); got != digest {
		return nil, fmt.Errorf("revision %s: what is stored under it has the digest %s", digest, got)
	}
	return files, nil
}

// keep holds an earlier revision in memory; l.earlierMu is held. When there are too
// many, all go: whoever reads old decisions mostly reads those of a few revisions.
func (l *Library) keep(r *Revision) {
	if l.earlier == nil || len(l.earlier) >= maxEarlier {
		l.earlier = make(map[string]*Revision)
	}
	l.earlier[r.digest] = r
}

// Reload looks at the tree and, if it changed and passes the gate, lets it serve.
// The error says why it may not; Status says so too until the tree is mended.
func (l *Library) Reload(ctx context.Context) error {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	tree, err := ReadTree(l.Layers...)
	if err != nil {
		l.tried = ""
		return l.refuse(&decision.RefusedError{Problems: []decision.PolicyProblem{{Message: err.Error()}}})
	}
	digest := tree.Digest()
	if digest == l.tried && (l.refusal == nil || l.Now().Before(l.until)) {
		return l.refusal
	}
	l.tried, l.refusal, l.until = digest, nil, l.Now().Add(tryAgain)
	l.folder = digest
	l.stopWaiting()
	if current := l.current.Load(); current != nil && current.digest == digest {
		l.recover()
		return l.follow(ctx, current)
	}
	if again, err := l.goneBack(ctx, digest); again || err != nil {
		if err == nil {
			l.recover() // what the folder holds is known, and passed over
		}
		return err
	}
	report, err := Gate(ctx, tree)
	if err != nil {
		l.refusal = err
		return l.refuse(err)
	}
	if held, err := l.hold(ctx, report); held || err != nil {
		if err != nil {
			l.tried = "" // it could not be measured: try again
			return l.refuse(err)
		}
		return nil
	}
	if _, err := l.activate(ctx, report, decision.Activation{Origin: l.origin(ctx)}); err != nil {
		l.tried = "" // not the tree's fault: try again
		return l.refuse(err)
	}
	return nil
}

// goneBack tells whether the folder still holds the tree that somebody preferred an
// earlier revision to. At the start of the program that revision is made to serve.
func (l *Library) goneBack(ctx context.Context, digest string) (bool, error) {
	if l.current.Load() != nil {
		return l.passedOver == digest, nil
	}
	last, err := l.Archive.LastActivation(ctx)
	if errors.Is(err, decision.ErrNotFound) || err == nil && last.InPlaceOf != digest {
		return false, nil
	}
	if err != nil {
		return false, l.refuse(fmt.Errorf("read the last activation: %w", err))
	}
	_, err = l.activateEarlier(ctx, last.Revision, "", digest)
	return true, err
}

// follow takes the folder up again, if an earlier revision was preferred to it and it now
// holds that very revision.
func (l *Library) follow(ctx context.Context, current *Revision) error {
	if l.passedOver == "" {
		return nil
	}
	a := l.last
	a.By, a.InPlaceOf, a.Origin, a.At = "", "", l.origin(ctx), l.Now().UTC().Truncate(time.Microsecond)
	a, err := l.Archive.Activate(ctx, a, current.tree)
	if err != nil {
		l.tried = "" // not the tree's fault: try again
		return l.refuse(fmt.Errorf("keep revision %s: %w", current.digest, err))
	}
	l.last, l.passedOver = a, ""
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	l.status.Source, l.status.InPlaceOf = a.Origin.Source, ""
	return nil
}

// Activate implements decision.Revisions.
func (l *Library) Activate(ctx context.Context, digest, by string) (decision.Activation, error) {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	inPlaceOf := ""
	if l.folder != digest {
		inPlaceOf = l.folder
	}
	return l.activateEarlier(ctx, digest, by, inPlaceOf)
}

func (l *Library) activateEarlier(ctx context.Context, digest, by, inPlaceOf string) (decision.Activation, error) {
	files, err := l.archived(ctx, digest)
	if err != nil {
		return decision.Activation{}, err
	}
	report, err := Gate(ctx, files)
	if err != nil {
		return decision.Activation{}, err
	}
	origin := decision.Origin{Source: "an earlier revision"}
	return l.activate(ctx, report, decision.Activation{By: by, InPlaceOf: inPlaceOf, Origin: origin})
}

func (l *Library) origin(ctx context.Context) decision.Origin {
	if l.Origin == nil {
		return decision.Origin{Source: l.Name}
	}
	origin := l.Origin(ctx)
	origin.Source = l.Name
	return origin
}

// activate keeps that the revision serves from now on, and lets it.
func (l *Library) activate(ctx context.Context, report Report, a decision.Activation) (decision.Activation, error) {
	r, warnings := report.Revision, report.Warnings
	a.Revision, a.At = r.digest, l.Now().UTC().Truncate(time.Microsecond)
	a.Tests, a.Cases, a.Warnings = report.Tests.Passed, report.Cases, len(warnings)
	a, err := l.Archive.Activate(ctx, a, r.tree)
	if err != nil {
		return a, fmt.Errorf("keep revision %s: %w", r.digest, err)
	}
	l.last, l.passedOver = a, a.InPlaceOf
	l.waiting, l.waitingFor = nil, ""
	if previous := l.current.Load(); previous != nil {
		l.earlierMu.Lock()
		l.keep(previous)
		l.earlierMu.Unlock()
	}
	l.statusMu.Lock()
	l.status = decision.PolicyStatus{
		Revision: r.digest, ActivatedAt: a.At, Source: a.Origin.Source, InPlaceOf: a.InPlaceOf, Warnings: warnings,
	}
	l.current.Store(r)
	l.statusMu.Unlock()

	l.Logger.Info("policies active", "revision", r.digest, "source", a.Origin.Source, "by", a.By, "in_place_of", a.InPlaceOf, "programs", len(r.programs))
	for _, w := range warnings {
		l.Logger.Warn("a case does not hold", "at", fmt.Sprintf("%s:%d", w.File, w.Line), "detail", w.Message)
	}
	return a, nil
}

// refuse keeps what serves and says why.
func (l *Library) refuse(err error) error {
	list := problemsOf(err)
	l.statusMu.Lock()
	known := slices.Equal(l.status.Problems, list)
	if len(l.status.Problems) == 0 {
		l.status.Since = l.Now().UTC()
	}
	l.status.Problems = list
	l.statusMu.Unlock()
	if known {
		return err // said before
	}
	for _, p := range list {
		l.Logger.Error("policies refused", "at", fmt.Sprintf("%s:%d", p.File, p.Line), "detail", p.Message)
	}
	return err
}

// recover forgets the problems: what is on disk is what serves.
func (l *Library) recover() {
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	if len(l.status.Problems) > 0 {
		l.Logger.Info("policies mended", "revision", l.status.Revision)
	}
	l.status.Problems, l.status.Since = nil, time.Time{}
}
