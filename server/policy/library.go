package policy

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"assay/server/decision"
)

// Archive keeps every tree that ever served.
type Archive interface {
	SaveRevision(ctx context.Context, digest string, files map[string][]byte, at time.Time) error
	// RevisionFiles gives decision.ErrNotFound for a tree that never served.
	RevisionFiles(ctx context.Context, digest string) (map[string][]byte, error)
}

// Gate is the way from a tree to a revision that may serve: it must load, its Rego
// tests must pass, and so must the cases that block. Cases that only warn are
// returned as warnings. Cases are not compared down to their sentences here: those
// name the numbers, and to change a number must stay a one-line edit.
func Gate(ctx context.Context, tree Tree) (*Revision, []decision.PolicyProblem, error) {
	revision := newRevision(tree)
	if err := revision.read(ctx); err != nil {
		return nil, nil, err
	}
	// The tests compile the tree for themselves, so both can go on at the same time:
	// an author waits for the slower one, not for their sum.
	testing, stop := context.WithCancel(ctx)
	defer stop()
	tested := make(chan error, 1)
	go func() {
		_, err := revision.Test(testing, false)
		tested <- err
	}()
	warnings, err := revision.finish(ctx)
	if err != nil {
		stop() // what does not compile fails its tests too; once is enough
		<-tested
		return nil, nil, err
	}
	if err := <-tested; err != nil {
		return nil, nil, err
	}
	return revision, warnings, nil
}

// finish makes the revision decide, and its cases with it.
func (r *Revision) finish(ctx context.Context) ([]decision.PolicyProblem, error) {
	if err := r.make(ctx); err != nil {
		return nil, err
	}
	_, warnings, err := r.checkCases(ctx, nil)
	return warnings, err
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

	current atomic.Pointer[Revision]

	reloading sync.Mutex // one reload at a time
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
	return l.status
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
	files, err := l.Archive.RevisionFiles(ctx, digest)
	if err != nil {
		return nil, err
	}
	if got := Tree(files).Digest(); got != digest {
		return nil, fmt.Errorf("revision %s: what is stored under it has the digest %s", digest, got)
	}
	r, err := reload(ctx, files)
	if err != nil {
		return nil, fmt.Errorf("revision %s: %w", digest, err)
	}
	l.keep(r)
	return r, nil
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
		return l.refuse(&Error{[]decision.PolicyProblem{{Message: err.Error()}}})
	}
	digest := tree.Digest()
	if digest == l.tried && (l.refusal == nil || l.Now().Before(l.until)) {
		return l.refusal
	}
	l.tried, l.refusal, l.until = digest, nil, l.Now().Add(tryAgain)
	if current := l.current.Load(); current != nil && current.digest == digest {
		l.recover()
		return nil
	}
	revision, warnings, err := Gate(ctx, tree)
	if err != nil {
		l.refusal = err
		return l.refuse(err)
	}
	now := l.Now().UTC()
	if err := l.Archive.SaveRevision(ctx, digest, tree, now); err != nil {
		l.tried = "" // not the tree's fault: try again
		return l.refuse(fmt.Errorf("keep revision %s: %w", digest, err))
	}
	l.activate(revision, warnings, now)
	return nil
}

func (l *Library) activate(r *Revision, warnings []decision.PolicyProblem, now time.Time) {
	if previous := l.current.Load(); previous != nil {
		l.earlierMu.Lock()
		l.keep(previous)
		l.earlierMu.Unlock()
	}
	l.statusMu.Lock()
	l.status = decision.PolicyStatus{Revision: r.digest, ActivatedAt: now, Source: l.Name, Warnings: warnings}
	l.current.Store(r)
	l.statusMu.Unlock()

	l.Logger.Info("policies active", "revision", r.digest, "source", l.Name, "programs", len(r.programs))
	for _, w := range warnings {
		l.Logger.Warn("a case does not hold", "at", fmt.Sprintf("%s:%d", w.File, w.Line), "detail", w.Message)
	}
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
