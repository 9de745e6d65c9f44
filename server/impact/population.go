package impact

import (
	"context"
	"iter"
	"time"

	"assay/server/decision"
)

// Population is whom a change is measured over. It may be used concurrently.
type Population interface {
	// Describe says who they are, so exactly that the same words mean the same subjects.
	Describe() Description
	// Count is how many there are.
	Count(ctx context.Context) (int, error)
	// Subjects are the questions to ask, in a fixed order, without their facts.
	Subjects(ctx context.Context) iter.Seq2[decision.Decision, error]
	// Facts are those of one subject, stored and given.
	Facts(ctx context.Context, subject decision.Decision) (stored, given []decision.Fact, err error)
}

// Description names a population. The logs it is taken from are append-only, so it means
// the same subjects for ever.
type Description struct {
	// Of is "partners" or "decisions".
	Of       string   `json:"of"`
	Programs []string `json:"programs,omitempty"`
	// AsOf and Position are of partners: the day, and the last fact that is seen.
	AsOf     decision.Day `json:"as_of,omitempty"`
	Position int64        `json:"position,omitempty"`
	// Newest and Most are of decisions: the place in the log to go back from, and how far.
	Newest int64 `json:"newest,omitempty"`
	Most   int   `json:"most,omitempty"`
}

// short names it among the others of one report.
func (d Description) short() string {
	if d.Of == "decisions" {
		return "over logged decisions"
	}
	return "as of " + string(d.AsOf)
}

// Store is where populations are read.
type Store interface {
	decision.FactStore
	Position(ctx context.Context, knownAt time.Time) (position int64, at time.Time, err error)
	Partners(ctx context.Context, after string, limit int) ([]decision.Partner, error)
	Decision(ctx context.Context, id string) (decision.Decision, error)
	Decisions(ctx context.Context, q decision.DecisionQuery) ([]decision.LoggedDecision, error)
}

// pageSize is how many are read at a time; nothing is ever held as a whole.
const pageSize = 200

type partners struct {
	store       Store
	description Description
}

// Partners are all that something is recorded of, each asked about every program.
func Partners(ctx context.Context, store Store, asOf decision.Day, programs []string) (Population, error) {
	position, _, err := store.Position(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	return partners{store, Description{Of: "partners", Programs: programs, AsOf: asOf, Position: position}}, nil
}

func (p partners) Describe() Description { return p.description }

func (p partners) Count(ctx context.Context) (int, error) {
	n := 0
	for _, err := range p.pages(ctx) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n * len(p.description.Programs), nil
}

func (p partners) pages(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		after := ""
		for {
			page, err := p.store.Partners(ctx, after, pageSize)
			if err != nil {
				yield("", err)
				return
			}
			for _, partner := range page {
				if !yield(partner.ID, nil) {
					return
				}
				after = partner.ID
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}

func (p partners) Subjects(ctx context.Context) iter.Seq2[decision.Decision, error] {
	return func(yield func(decision.Decision, error) bool) {
		for id, err := range p.pages(ctx) {
			for _, program := range p.description.Programs {
				subject := decision.Decision{Program: program, Partner: id, AsOf: p.description.AsOf, Position: p.description.Position}
				if !yield(subject, err) || err != nil {
					return
				}
			}
		}
	}
}

func (p partners) Facts(ctx context.Context, subject decision.Decision) (stored, given []decision.Fact, err error) {
	stored, err = decision.CollectFacts(ctx, p.store, subject)
	return stored, nil, err
}

type decisions struct {
	store       Store
	program     string
	description Description
}

// Decisions are the last so many of the log, newest first, each asked again as it was
// asked then. A program narrows them down, the empty one does not.
func Decisions(ctx context.Context, store Store, most int, program string) (Population, error) {
	d := decisions{store, program, Description{Of: "decisions", Most: most}}
	if program != "" {
		d.description.Programs = []string{program}
	}
	last, err := store.Decisions(ctx, decision.DecisionQuery{Program: program, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(last) > 0 {
		d.description.Newest = last[0].Seq
	}
	return d, nil
}

func (p decisions) Describe() Description { return p.description }

func (p decisions) Count(ctx context.Context) (int, error) {
	n := 0
	for _, err := range p.Subjects(ctx) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func (p decisions) Subjects(ctx context.Context) iter.Seq2[decision.Decision, error] {
	return func(yield func(decision.Decision, error) bool) {
		before := p.description.Newest + 1
		for left := p.description.Most; left > 0 && before > 1; {
			limit := min(left, pageSize)
			page, err := p.store.Decisions(ctx, decision.DecisionQuery{Program: p.program, After: before, Limit: limit})
			if err != nil {
				yield(decision.Decision{}, err)
				return
			}
			for _, d := range page {
				before = d.Seq
				if d.Erased() {
					continue // it cannot be asked again
				}
				if !yield(d.Decision, nil) {
					return
				}
			}
			if len(page) < limit {
				return
			}
			left -= len(page)
		}
	}
}

func (p decisions) Facts(ctx context.Context, subject decision.Decision) (stored, given []decision.Fact, err error) {
	if subject.GivenDigest != "" { // a search leaves the given facts out
		if subject, err = p.store.Decision(ctx, subject.ID); err != nil {
			return nil, nil, err
		}
	}
	return decision.Recollect(ctx, p.store, subject)
}
