package impact

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"

	"assay/server/decision"
)

// Header is what is known before anybody is asked.
type Header struct {
	Live, Candidate string
	Files           []decision.FileChange
	Values          []decision.ValueChange
	// Units are the parts of the change that are tried alone.
	Units []string
}

// Summary is the report as a whole.
type Summary struct {
	// ID is the SHA-256 over the two digests, the populations, all turns and what each
	// section counts: the same question and the same answer have the same id, and nothing
	// else has.
	ID string `json:"report"`
	// Exceeded says, a line each, what is too much without a person's word: the limits of
	// budgets that are not kept, budgets that the change loosens or that cannot be measured,
	// and subjects that cannot be decided where there are budgets.
	Exceeded []string `json:"exceeded,omitempty"`
	// Evaluation is measured, and so differs from run to run; the id does not cover it.
	Evaluation Evaluation `json:"evaluation"`
	Sections   []Section  `json:"-"`
}

// Section counts what came out over one population; it names at most so many subjects
// of each kind.
type Section struct {
	Population Description `json:"-"`
	Subjects   int         `json:"subjects"`
	Turned     int         `json:"turned"`
	// Moved have other findings but the same outcome.
	Moved  int `json:"findings_only"`
	Errors int `json:"errors"`
	// FirstErrors are the first few, for a look.
	FirstErrors []string         `json:"first_errors,omitempty"`
	Programs    []ProgramSummary `json:"programs"`
	Groups      []Group          `json:"groups"`
	Exceeded    []Exceeded       `json:"exceeded,omitempty"`
}

// ProgramSummary counts the subjects of one program.
type ProgramSummary struct {
	Program  string `json:"program"`
	Subjects int    `json:"subjects"`
	Turned   int    `json:"turned"`
	// NewlyUnknown are the subjects with a finding that counts and became unknown, and
	// Unknown how many there are of each finding.
	NewlyUnknown int            `json:"newly_unknown"`
	Unknown      map[string]int `json:"newly_unknown_findings,omitempty"`
	// Moves are the turns, by way.
	Moves []Move `json:"turns"`
}

// Move is one way to turn.
type Move struct {
	Before decision.Outcome `json:"before"`
	After  decision.Outcome `json:"after"`
	Count  int              `json:"count"`
}

// Group are the subjects that one change turned one way.
type Group struct {
	Program string           `json:"program"`
	Before  decision.Outcome `json:"before"`
	After   decision.Outcome `json:"after"`
	By      string           `json:"turned_by"`
	Count   int              `json:"count"`
	// Findings counts how the findings went.
	Findings map[string]int `json:"findings"`
	// Subjects are the first few.
	Subjects []string `json:"subjects"`
}

// Exceeded is a limit of a budget that is not kept.
type Exceeded struct {
	Program string `json:"program"`
	Limit   string `json:"limit"`
	Max     int    `json:"max"`
	Found   int    `json:"found"`
	// SetBy is "live" or "candidate".
	SetBy string `json:"set_by"`
}

// String says it in a line.
func (e Exceeded) String() string {
	return fmt.Sprintf("%s: %s is %d, by the %s revision, and the change makes it %d", e.Program, e.Limit, e.Max, e.SetBy, e.Found)
}

// Evaluation is how long all evaluations took, apart from reading facts.
type Evaluation struct {
	LiveSeconds      float64 `json:"live_seconds"`
	CandidateSeconds float64 `json:"candidate_seconds"`
	// Ratio is the candidate's to the live one's.
	Ratio float64 `json:"ratio"`
}

const maxErrors = 5

// report adds up the sections.
type report struct {
	Summary
	budgets [2]map[string]decision.Budget
	digest  hash.Hash
	took    [2]time.Duration
}

func newSummary(h Header, budgets [2]map[string]decision.Budget) *report {
	r := &report{budgets: budgets, digest: sha256.New()}
	_ = r.hash(struct { // plain text: it cannot fail
		Live      string `json:"live"`
		Candidate string `json:"candidate"`
	}{h.Live, h.Candidate})
	r.Exceeded = loosened(budgets[0], budgets[1])
	return r
}

// hash covers the value with the id, as a line of canonical JSON.
func (r *report) hash(value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if raw, err = decision.Canonical(raw); err != nil {
		return err
	}
	r.digest.Write(append(raw, '\n'))
	return nil
}

func (r *report) section(population Description, listed int) *summing {
	_ = r.hash(struct { // plain text and numbers: it cannot fail
		Population Description `json:"population"`
	}{population})
	s := &summing{hash: r.hash, listed: listed, programs: make(map[string]*ProgramSummary), groups: make(map[groupName]*Group)}
	s.Population = population
	for _, name := range population.Programs {
		s.program(name)
	}
	return s
}

// add ends a section.
func (r *report) add(s *summing) Section {
	section := s.close(r.budgets)
	_ = r.hash(struct { // plain text and numbers: it cannot fail
		Subjects int              `json:"subjects"`
		Turned   int              `json:"turned"`
		Moved    int              `json:"findings_only"`
		Errors   int              `json:"errors"`
		Programs []ProgramSummary `json:"programs"`
	}{section.Subjects, section.Turned, section.Moved, section.Errors, section.Programs})
	r.Sections = append(r.Sections, section)
	for i, took := range s.took {
		r.took[i] += took
	}
	return section
}

func (r *report) close() Summary {
	r.ID = hex.EncodeToString(r.digest.Sum(nil))
	for _, s := range r.Sections {
		where := ""
		if len(r.Sections) > 1 {
			where = s.Population.short() + ", "
		}
		for _, e := range s.Exceeded {
			r.Exceeded = append(r.Exceeded, where+e.String())
		}
		if s.Errors > 0 && len(r.budgets[0])+len(r.budgets[1]) > 0 {
			r.Exceeded = append(r.Exceeded, fmt.Sprintf("%s%d could not be decided: %s", where, s.Errors, strings.Join(s.FirstErrors, "; ")))
		}
	}
	r.Evaluation = Evaluation{LiveSeconds: r.took[0].Seconds(), CandidateSeconds: r.took[1].Seconds()}
	if r.took[0] > 0 {
		r.Evaluation.Ratio = r.Evaluation.CandidateSeconds / r.Evaluation.LiveSeconds
	}
	return r.Summary
}

// summing adds up one section.
type summing struct {
	Section
	hash     func(value any) error
	listed   int
	programs map[string]*ProgramSummary
	groups   map[groupName]*Group
	took     [2]time.Duration
}

type groupName struct {
	program       string
	before, after decision.Outcome
	by            string
}

func (s *summing) program(name string) *ProgramSummary {
	if s.programs[name] == nil {
		s.programs[name] = &ProgramSummary{Program: name, Unknown: make(map[string]int), Moves: []Move{}}
	}
	return s.programs[name]
}

func (s *summing) add(c compared) error {
	p := s.program(c.program)
	s.Subjects++
	p.Subjects++
	for i, took := range c.took {
		s.took[i] += took
	}
	if c.err != nil {
		if s.Errors++; len(s.FirstErrors) < maxErrors {
			s.FirstErrors = append(s.FirstErrors, c.err.Error())
		}
		return nil
	}
	became := 0
	for _, change := range c.changes {
		if change.BecameUnknown() {
			p.Unknown[change.ID]++
			became++
		}
	}
	if became > 0 {
		p.NewlyUnknown++
	}
	switch {
	case c.turn != nil:
		return s.turn(p, *c.turn)
	case len(c.changes) > 0:
		s.Moved++
	}
	return nil
}

func (s *summing) turn(p *ProgramSummary, t Turn) error {
	s.Turned++
	p.Turned++
	i := slices.IndexFunc(p.Moves, func(m Move) bool { return m.Before == t.Before && m.After == t.After })
	if i < 0 {
		i = len(p.Moves)
		p.Moves = append(p.Moves, Move{Before: t.Before, After: t.After})
	}
	p.Moves[i].Count++

	name := groupName{t.Program, t.Before, t.After, t.By.String()}
	g := s.groups[name]
	if g == nil {
		g = &Group{Program: t.Program, Before: t.Before, After: t.After, By: name.by, Findings: make(map[string]int)}
		s.groups[name] = g
	}
	g.Count++
	for _, f := range t.Findings {
		g.Findings[f.String()]++
	}
	if len(g.Subjects) < s.listed {
		g.Subjects = append(g.Subjects, t.Subject())
	}
	return s.hash(t)
}

// close sorts and holds the counts against the budgets.
func (s *summing) close(budgets [2]map[string]decision.Budget) Section {
	s.Programs, s.Groups = []ProgramSummary{}, []Group{}
	for _, name := range slices.Sorted(maps.Keys(s.programs)) {
		p := s.programs[name]
		slices.SortFunc(p.Moves, func(a, b Move) int {
			return cmp.Or(b.Count-a.Count, strings.Compare(string(a.Before), string(b.Before)), strings.Compare(string(a.After), string(b.After)))
		})
		s.Programs = append(s.Programs, *p)
		s.hold(*p, budgets)
	}
	for _, g := range s.groups {
		s.Groups = append(s.Groups, *g)
	}
	// Those that one change turned stand together, and what turned most comes first.
	all := make(map[groupName]int)
	whole := func(g Group) groupName { return groupName{program: g.Program, by: g.By} }
	for _, g := range s.Groups {
		all[whole(g)] += g.Count
	}
	slices.SortFunc(s.Groups, func(a, b Group) int {
		return cmp.Or(
			strings.Compare(a.Program, b.Program), all[whole(b)]-all[whole(a)], strings.Compare(a.By, b.By), b.Count-a.Count,
			strings.Compare(string(a.Before), string(b.Before)), strings.Compare(string(a.After), string(b.After)),
		)
	})
	return s.Section
}

// hold notes each limit that is not kept. Of two that are set for the same, the lower
// one is named.
func (s *summing) hold(p ProgramSummary, budgets [2]map[string]decision.Budget) {
	var broken []Exceeded
	for i, by := range []string{"live", "candidate"} {
		b, ok := budgets[i][p.Program]
		if !ok {
			continue
		}
		for _, limit := range []struct {
			name  string
			max   *int
			found int
		}{
			{"max_newly_not_eligible", b.NewlyNotEligible, lost(p.Moves, b.Good)},
			{"max_newly_unknown", b.NewlyUnknown, p.NewlyUnknown},
			{"max_turned", b.Turned, p.Turned},
		} {
			if limit.max == nil || limit.found <= *limit.max {
				continue
			}
			e := Exceeded{p.Program, limit.name, *limit.max, limit.found, by}
			j := slices.IndexFunc(broken, func(o Exceeded) bool { return o.Limit == e.Limit })
			switch {
			case j < 0:
				broken = append(broken, e)
			case e.Max < broken[j].Max:
				broken[j] = e
			}
		}
	}
	s.Exceeded = append(s.Exceeded, broken...)
}

// lost counts those that go from a good outcome to one that settles it otherwise.
func lost(moves []Move, good []decision.Outcome) int {
	n := 0
	for _, m := range moves {
		open := m.After == decision.NeedsReview || m.After == decision.Incomplete
		if slices.Contains(good, m.Before) && !slices.Contains(good, m.After) && !open {
			n += m.Count
		}
	}
	return n
}
