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

// Archive keeps every tree that ever served, and when it did, and the reports that
// somebody had to accept. Other processes may write to it too.
type Archive interface {
	// Activate keeps the tree, unless it is kept already, and that it serves from now
	// on, in one step. It gives the activation its place in the log.
	Activate(ctx context.Context, a decision.Activation, files map[string][]byte) (decision.Activation, error)
	// LastActivation gives decision.ErrNotFound if nothing ever served.
	LastActivation(ctx context.Context) (decision.Activation, error)
	// RevisionFiles gives decision.ErrNotFound for a tree that never served.
	RevisionFiles(ctx context.Context, digest string) (map[string][]byte, error)
	// KeepReport keeps a report, unless it is kept already.
	KeepReport(ctx context.Context, r decision.Report) error
	// Accept keeps a person's word on a report that is kept. The first one counts, and is
	// what comes back, until an activation by the report spends it.
	Accept(ctx context.Context, report string, a decision.Acceptance) (decision.Acceptance, error)
	// Acceptance gives decision.ErrNotFound if nobody accepted the report since it was
	// activated by last.
	Acceptance(ctx context.Context, report string) (decision.Acceptance, error)
}

// Library gives the revision that serves, and takes over a new tree when it passes
// the gate. A bad one never replaces a good one.
//
// Looking is slow and serving is not: one goroutine at a time looks at the folder, gates
// and measures what it finds there (look.go, waiting.go), while what serves is changed
// behind a lock that is only ever held for a moment. So a person who goes back to an
// earlier revision never waits for a measurement, and a measurement that was overtaken
// is not acted on.
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
	// Measure finds out what a candidate turns in place of what serves, and says, a line
	// each, what of it is too much without a person's word. One of which anything is waits.
	// nil: nothing is measured.
	Measure func(ctx context.Context, live, candidate *Revision) (report decision.Report, exceeded []string, err error)

	looking sync.Mutex // one look at the folder at a time
	// refused is the tree that did not pass the gate when it was looked at last.
	refused refusal

	serving sync.Mutex // one change of what serves at a time; nothing slow happens under it
	current atomic.Pointer[Revision]
	// folder is the tree that was last read there, last the activation that serves.
	folder string
	last   decision.Activation
	// passedOver is the tree in the folder that an earlier revision was preferred to; as
	// long as the folder holds it, the earlier one goes on.
	passedOver string
	// waiting passed the gate, and waits for a person with the report waitingFor.
	waiting    *Report
	waitingFor string

	statusMu sync.Mutex
	status   decision.PolicyStatus

	// gating and reading are each held while an earlier revision is made from the archive,
	// for going back to it and for reading its decisions: one at a time, for it takes all
	// the machine has. Going back does not wait for a reader.
	gating, reading sync.Mutex

	memoryMu sync.Mutex // only ever held for a moment
	// earlier holds revisions that served before.
	earlier recent[*Revision]
	// passed holds what the gate found out about trees that passed it in this process. A
	// tree does not change, nor does the gate, so they need not pass it again.
	passed recent[verdict]
}

var _ decision.Revisions = (*Library)(nil)

// maxEarlier bounds the earlier revisions held in memory; the archive has them all.
const maxEarlier = 8

// maxPassed bounds the trees known to have passed the gate, which are small.
const maxPassed = 256

// verdict is a Report without the revision, which takes memory.
type verdict struct {
	tests, cases int
	warnings     []decision.PolicyProblem
}

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
	if r := l.known(digest); r != nil {
		return r, nil
	}
	l.reading.Lock()
	defer l.reading.Unlock()
	if r := l.known(digest); r != nil {
		return r, nil // somebody else read it meanwhile
	}
	if err := ctx.Err(); err != nil {
		return nil, err // nobody waits for it any more
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

// known is a revision that is in memory; nil if it is not.
func (l *Library) known(digest string) *Revision {
	if current := l.current.Load(); current != nil && current.digest == digest {
		return current
	}
	l.memoryMu.Lock()
	defer l.memoryMu.Unlock()
	r, _ := l.earlier.get(digest)
	return r
}

// archived is a tree that served before.
func (l *Library) archived(ctx context.Context, digest string) (Tree, error) {
	files, err := l.Archive.RevisionFiles(ctx, digest)
	if err != nil {
		return nil, err
	}
	if got := Tree(files).Digest(); got != digest {
		return nil, fmt.Errorf("revision %s: %w: its files have the digest %s", digest, decision.ErrUnreadable, got)
	}
	return files, nil
}

// keep holds a revision in memory.
func (l *Library) keep(r *Revision) {
	l.memoryMu.Lock()
	defer l.memoryMu.Unlock()
	l.earlier.put(r.digest, r, maxEarlier)
}

// Activate implements decision.Revisions. It measures nothing and waits for no look: a
// person does it by name, mostly because something is wrong.
func (l *Library) Activate(ctx context.Context, digest, by string) (decision.Activation, error) {
	report, err := l.gateEarlier(ctx, digest)
	if err != nil {
		return decision.Activation{}, err
	}
	l.serving.Lock()
	defer l.serving.Unlock()
	a := decision.Activation{By: by, Origin: earlierOrigin}
	if l.folder != digest {
		a.InPlaceOf = l.folder
	}
	return l.activate(ctx, report, a)
}

var earlierOrigin = decision.Origin{Source: "an earlier revision"}

// gateEarlier holds a revision that served before against the gate as it is now.
func (l *Library) gateEarlier(ctx context.Context, digest string) (Report, error) {
	files, err := l.archived(ctx, digest)
	if err != nil {
		return Report{}, err
	}
	l.gating.Lock()
	defer l.gating.Unlock()
	if err := ctx.Err(); err != nil {
		return Report{}, err // whoever asked for it went away while it was not its turn
	}
	report, err := l.gate(ctx, files, digest)
	if err == nil {
		l.keep(report.Revision) // for those who go back to the very same one
	}
	return report, err
}

// gate holds a tree against the gate, unless it passed it before.
func (l *Library) gate(ctx context.Context, tree Tree, digest string) (Report, error) {
	l.memoryMu.Lock()
	before, passed := l.passed.get(digest)
	l.memoryMu.Unlock()
	if passed {
		r := l.known(digest)
		if r == nil {
			var err error
			if r, err = Reload(ctx, tree); err != nil {
				return Report{}, err
			}
		}
		return Report{Revision: r, Tests: TestReport{Passed: before.tests}, Cases: before.cases, Warnings: before.warnings}, nil
	}
	report, err := Gate(ctx, tree)
	if err != nil {
		return Report{}, err
	}
	l.memoryMu.Lock()
	defer l.memoryMu.Unlock()
	l.passed.put(digest, verdict{report.Tests.Passed, report.Cases, report.Warnings}, maxPassed)
	return report, nil
}

func (l *Library) origin(ctx context.Context) decision.Origin {
	if l.Origin == nil {
		return decision.Origin{Source: l.Name}
	}
	origin := l.Origin(ctx)
	origin.Source = l.Name
	return origin
}

// activate keeps that the revision serves from now on, and lets it; l.serving is held.
func (l *Library) activate(ctx context.Context, report Report, a decision.Activation) (decision.Activation, error) {
	r := report.Revision
	a.Revision, a.At = r.digest, l.now()
	a.Tests, a.Cases, a.Warnings = report.Tests.Passed, report.Cases, len(report.Warnings)
	a, err := l.Archive.Activate(ctx, a, r.tree)
	if err != nil {
		return a, fmt.Errorf("keep revision %s: %w", r.digest, err)
	}
	l.serve(r, a, report.Warnings)
	return a, nil
}

// now is in whole microseconds, as instants are kept.
func (l *Library) now() time.Time { return l.Now().UTC().Truncate(time.Microsecond) }

// serve lets the revision serve, as the activation says; l.serving is held.
func (l *Library) serve(r *Revision, a decision.Activation, warnings []decision.PolicyProblem) {
	l.last, l.passedOver = a, a.InPlaceOf
	l.waiting, l.waitingFor = nil, ""
	if previous := l.current.Load(); previous != nil {
		l.keep(previous)
	}
	l.statusMu.Lock()
	l.status = decision.PolicyStatus{
		Revision: r.digest, ActivatedAt: a.At, Source: a.Origin.Source, InPlaceOf: a.InPlaceOf, Warnings: warnings,
		Checking: l.status.Checking,
	}
	l.current.Store(r)
	l.statusMu.Unlock()

	attrs := []any{"revision", r.digest, "source", a.Origin.Source, "programs", len(r.programs)}
	for _, attr := range [][2]string{{"by", a.By}, {"report", a.Report}, {"in_place_of", a.InPlaceOf}} {
		if attr[1] != "" {
			attrs = append(attrs, attr[0], attr[1])
		}
	}
	l.Logger.Info("policies active", attrs...)
	for _, w := range warnings {
		l.Logger.Warn("a case does not hold", "at", fmt.Sprintf("%s:%d", w.File, w.Line), "detail", w.Message)
	}
}

// complain keeps what serves and says why the folder does not.
func (l *Library) complain(err error) {
	list := problemsOf(err)
	l.statusMu.Lock()
	known := slices.Equal(l.status.Problems, list)
	if len(l.status.Problems) == 0 {
		l.status.Since = l.Now().UTC()
	}
	l.status.Problems = list
	l.statusMu.Unlock()
	if known {
		return // said before
	}
	for _, p := range list {
		l.Logger.Error("policies refused", "at", fmt.Sprintf("%s:%d", p.File, p.Line), "detail", p.Message)
	}
}

// recover forgets the problems: what the folder holds serves, waits or is passed over.
func (l *Library) recover() {
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	if len(l.status.Problems) > 0 {
		l.Logger.Info("policies mended", "revision", l.status.Revision)
	}
	l.status.Problems, l.status.Since = nil, time.Time{}
}
