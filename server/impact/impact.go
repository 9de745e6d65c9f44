// Package impact tells whom a candidate revision turns, and why, before it serves.
package impact

import (
	"context"
	"fmt"
	"time"

	"assay/server/decision"
)

// Run compares a live revision and a candidate over a population.
type Run struct {
	Live, Candidate decision.Revision
	// Change is what lies between them, for telling which part of it turned whom.
	Change decision.Change
	// Populations are measured one after the other, a section of the report each.
	Populations []Population
	// Budgets are those of the live revision and of the candidate: a change cannot grant
	// itself more than was granted, and what it takes back counts at once.
	Budgets [2]map[string]decision.Budget
	// Unmeasured says, a line each, which budgets cannot be held against any population.
	Unmeasured []string
	// Now times the evaluations, from outside; nothing that is decided depends on it.
	Now func() time.Time
	// Listed bounds the subjects that a summary names of each kind; it counts them all.
	Listed int
	// Progress is told how many subjects are done, nil if nobody wants to know.
	Progress func(done int)
}

// Turn is a subject whose outcome is another one by the candidate.
type Turn struct {
	Partner string `json:"partner,omitempty"`
	// DecisionID is of the logged decision that was asked again.
	DecisionID string           `json:"decision_id,omitempty"`
	Program    string           `json:"program"`
	Action     string           `json:"action,omitempty"`
	AsOf       decision.Day     `json:"as_of"`
	Before     decision.Outcome `json:"before"`
	After      decision.Outcome `json:"after"`
	Findings   []Finding        `json:"findings"`
	By         Attribution      `json:"turned_by"`
}

// Subject is who turned: the partner, else the decision that was asked again.
func (t Turn) Subject() string {
	if t.Partner == "" {
		return t.DecisionID
	}
	return t.Partner
}

// Finding is a finding that differs; a side is missing where that revision has none.
type Finding struct {
	ID     string   `json:"id"`
	Before *Verdict `json:"before,omitempty"`
	After  *Verdict `json:"after,omitempty"`
}

// Verdict is a finding without what explains it.
type Verdict struct {
	Status decision.Status `json:"status"`
	Reason string          `json:"reason"`
	Due    bool            `json:"due"`
}

// String tells the finding's way: revenue: met → not_met.
func (f Finding) String() string {
	before, after := f.Before.word(), f.After.word()
	if before == after {
		before, after = f.Before.Reason, f.After.Reason
		if before == after {
			before, after = f.Before.dueness(), f.After.dueness()
		}
	}
	return f.ID + ": " + before + " → " + after
}

func (v *Verdict) word() string {
	if v == nil {
		return "not asked"
	}
	if !v.Due {
		return string(v.Status) + ", not due"
	}
	return string(v.Status)
}

func (v *Verdict) dueness() string {
	if v.Due {
		return "due"
	}
	return "not due"
}

// compared is what came out for one subject.
type compared struct {
	turn    *Turn // nil if the outcome is the same
	program string
	err     error
	changes []decision.FindingChange
	took    [2]time.Duration
}

// Write compares and hands everything to the writer as it comes; the memory it takes
// does not depend on how many subjects there are. The summary is returned too.
func (r Run) Write(ctx context.Context, w Writer) (Summary, error) {
	header := r.header()
	if err := w.Begin(header); err != nil {
		return Summary{}, err
	}
	report := newSummary(header, r.Budgets)
	report.Exceeded = append(report.Exceeded, r.Unmeasured...)
	why := newAttributor(r.Change)
	done := 0
	for _, population := range r.Populations {
		sums := report.section(population.Describe(), r.Listed)
		if err := w.Section(sums.Population); err != nil {
			return Summary{}, err
		}
		err := each(ctx, population, func(ctx context.Context, subject asked) (compared, error) {
			return r.compare(ctx, why, subject)
		}, func(c compared) error {
			if done++; r.Progress != nil {
				r.Progress(done)
			}
			if err := sums.add(c); err != nil || c.turn == nil {
				return err
			}
			return w.Turn(*c.turn)
		})
		if err != nil {
			return Summary{}, err
		}
		if err := w.EndSection(report.add(sums)); err != nil {
			return Summary{}, err
		}
	}
	summary := report.close()
	return summary, w.End(summary)
}

// Count is how many will be asked.
func (r Run) Count(ctx context.Context) (int, error) {
	all := 0
	for _, population := range r.Populations {
		n, err := population.Count(ctx)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

func (r Run) header() Header {
	h := Header{
		Live: r.Live.Digest(), Candidate: r.Candidate.Digest(),
		Files: decision.DiffFiles(r.Live.Files(), r.Candidate.Files()), Values: decision.DiffValues(r.Live, r.Candidate),
	}
	for _, unit := range r.Change.Units() {
		h.Units = append(h.Units, unit.String())
	}
	return h
}

// compare asks both revisions. What one of them cannot decide is counted, and does not
// end the run.
func (r Run) compare(ctx context.Context, why *attributor, subject asked) (compared, error) {
	c := compared{program: subject.subject.Program}
	var decided [2]decision.Decision
	var failed [2]error
	for i, revision := range []decision.Revision{r.Live, r.Candidate} {
		began := r.Now()
		decided[i], failed[i] = subject.by(ctx, revision)
		c.took[i] = r.Now().Sub(began)
		if ctx.Err() != nil {
			return c, context.Cause(ctx)
		}
	}
	if c.err = undecided(subject.subject, failed); c.err != nil {
		return c, nil
	}
	var err error
	if c.changes, err = decision.DiffDecisions(decided[0], decided[1]); err != nil || decided[0].Outcome == decided[1].Outcome {
		return c, err
	}
	d := decided[1]
	c.turn = &Turn{
		Partner: d.Partner, DecisionID: d.ID, Program: d.Program, Action: d.Action, AsOf: d.AsOf,
		Before: decided[0].Outcome, After: d.Outcome, Findings: findings(c.changes),
	}
	c.turn.By, err = why.attribute(ctx, subject, d.Outcome)
	return c, err
}

// undecided says who could not be decided, and by which of the two.
func undecided(subject decision.Decision, failed [2]error) error {
	who := Turn{Partner: subject.Partner, DecisionID: subject.ID}.Subject() + ", " + subject.Program
	switch {
	case failed[0] != nil && failed[1] != nil:
		return fmt.Errorf("%s: by neither revision: %w", who, failed[1])
	case failed[0] != nil:
		return fmt.Errorf("%s: by the live revision: %w", who, failed[0])
	case failed[1] != nil:
		return fmt.Errorf("%s: by the candidate: %w", who, failed[1])
	}
	return nil
}

func findings(changes []decision.FindingChange) []Finding {
	list := make([]Finding, len(changes))
	for i, change := range changes {
		list[i] = Finding{change.ID, (*Verdict)(change.Before), (*Verdict)(change.After)}
	}
	return list
}
