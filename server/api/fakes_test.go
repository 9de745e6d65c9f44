package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"assay/server/decision"
)

// fakeRevision decides one requirement of one program: revenue is met from USD
// 300,000 on. The real policies are tested end to end; here only the seam counts.
type fakeRevision struct {
	digest string
	texts  decision.Texts
	// evaluate replaces the evaluation, for results and errors of all kinds.
	evaluate func() ([]byte, error)
}

const (
	program = "csp.direct_bill.enrollment"
	actions = "csp.direct_bill.actions"
)

func (r *fakeRevision) Digest() string { return r.digest }
func (r *fakeRevision) Files() map[string][]byte {
	return map[string][]byte{"a.rego": []byte("package a\n"), r.digest[:1] + ".rego": []byte(r.digest)}
}
func (r *fakeRevision) Bundle() ([]byte, error)       { return []byte("bundle of " + r.digest), nil }
func (r *fakeRevision) Texts() decision.Texts         { return r.texts }
func (r *fakeRevision) FactRules() decision.FactRules { return decision.FactRules{} }

func (r *fakeRevision) Kinds() []decision.Kind {
	return []decision.Kind{{Name: "membership", Schema: []byte(`{"type": "object", "x-key": {"pattern": "^$"}}`)}}
}

func (r *fakeRevision) Programs() []decision.Program {
	page := decision.Citation{Title: "Requirements", URL: "https://example.com/requirements"}
	return []decision.Program{{
		Name: program, Title: "Direct-bill enrolment", Description: "Who may enrol.", Citations: []decision.Citation{page},
		Requirements: []decision.Requirement{{
			ID: "revenue", Ref: "ENR-05a", Title: "Revenue (catalogue)", Facts: []string{"revenue_report"}, Citation: page,
			Values: []decision.DatedValue{{Name: "minimum", Unit: "usd_cents", Entries: []decision.DatedEntry{
				{Since: "2020-10-27", Value: json.Number("30000000"), Citation: page},
				{Since: "2025-10-01", Value: json.Number("100000000"), Uncertain: true},
			}}},
			Rule: decision.Location{File: "csp/direct_bill/requirements/revenue/revenue.rego", Line: 12},
		}},
	}, {
		Name: actions, Title: "Actions", Actions: []decision.Action{{ID: "renewal", Citation: page}, {ID: "add_on"}},
	}}
}

func (r *fakeRevision) Validate(facts []decision.Fact) []decision.Problem {
	var problems []decision.Problem
	for i, f := range facts {
		if !slices.Contains([]string{"membership", "revenue_report", "credit_check"}, f.Kind) {
			problems = append(problems, decision.Problem{Pointer: fmt.Sprintf("/%d/kind", i), Detail: "no such kind of fact"})
		}
	}
	return problems
}

func (r *fakeRevision) ValidateQuestion(q decision.Question) []decision.Problem {
	if q.Program == program && q.Action != "" {
		return []decision.Problem{{Pointer: "/action", Detail: "no actions here"}}
	}
	return nil
}

func (r *fakeRevision) Evaluate(_ context.Context, q decision.Question, facts decision.Facts) ([]byte, error) {
	if r.evaluate != nil {
		return r.evaluate()
	}
	if q.Program == actions {
		return fmt.Appendf(nil, `{"outcome":"deny","rollup":"needs_review","findings":[{"id":"gate","status":"needs_review","due":true,`+
			`"reason":"%s","shown":{"next_on":"2026-04-01","roles":["%s"]}}]}`, q.Action, strings.Join(q.Actor.Roles, ",")), nil
	}
	if q.Program != program {
		return nil, decision.ErrNotFound
	}
	i := slices.IndexFunc(facts.Held, func(f decision.Fact) bool { return f.Kind == "revenue_report" })
	if i < 0 {
		return []byte(`{"outcome":"incomplete","rollup":"incomplete","version":"DB-4","findings":[{"id":"revenue","status":"unknown","due":true,` +
			`"reason":"unknown","missing":[{"kind":"revenue_report","field":"usd_cents"}]}]}`), nil
	}
	var body struct {
		Cents json.Number `json:"usd_cents"`
	}
	if err := json.Unmarshal(facts.Held[i].Body, &body); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"outcome":"not_eligible","rollup":"not_eligible","version":"DB-4","findings":[{"id":"revenue","status":"not_met","due":true,`+
		`"reason":"not_met","flags":["relayed"],"facts":[%q],"shown":{"actual":{"usd_cents":%s},"required":{"usd_cents":30000000},"gap":{"usd_cents":1},`+
		`"since":"2020-10-27","citation":{"title":"Requirements","url":"https://example.com/requirements"},"window":{"from":"2025-02","to":"2026-01"}}}]}`,
		facts.Held[i].ID, cmp.Or(body.Cents.String(), "0")), nil
}

func fakeTexts() decision.Texts {
	months := strings.Fields("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
	return decision.Texts{
		"it": {
			Name: "Italiano", Day: "{day} {month} {year}", Month: "{month} {year}", Range: "{from} – {to}", And: "e", Months: months,
			Words: map[string]string{"not_eligible": "non idoneo", "unknown": "non noto"},
			Programs: map[string]decision.ProgramTexts{actions: {
				Title: "Azioni", Outcomes: map[string]string{"deny": "negato"}, Actions: map[string]string{"renewal": "rinnovo"},
				Rollups: map[string]string{"needs_review": "Decide una persona."},
			}},
			Requirements: map[string]decision.RequirementTexts{program + "/revenue": {
				Title: "Ricavi", Found: map[string]string{"not_met": "I ricavi di {actual} sono sotto {required}, in vigore dal {since}."},
			}},
		},
		"en": {
			Name: "English", Words: map[string]string{"not_eligible": "not eligible"},
			Requirements: map[string]decision.RequirementTexts{program + "/revenue": {
				Title:  "Revenue",
				Found:  map[string]string{"not_met": "Revenue of {actual} is below {required}.", "relayed": "The partner relayed it."},
				Action: map[string]string{"not_met": "Grow."},
			}},
		},
	}
}

// fakeRevisions serve the last one.
type fakeRevisions struct {
	all    []*fakeRevision
	status decision.PolicyStatus
	// next serves from the second look on, if there is one: as when a revision is
	// activated in the midst of a request.
	next *fakeRevision
}

func (r *fakeRevisions) Current() decision.Revision {
	current := r.all[len(r.all)-1]
	if r.next != nil {
		r.all, r.next = append(r.all, r.next), nil
	}
	return current
}

func (r *fakeRevisions) Activate(_ context.Context, digest, by string) (decision.Activation, error) {
	if digest == refused {
		return decision.Activation{}, &decision.RefusedError{Problems: []decision.PolicyProblem{{File: "a.rego", Line: 3, Message: "no good"}}}
	}
	for _, revision := range r.all {
		if revision.digest == digest {
			r.all = append(r.all, revision)
			r.status.Revision = digest
			return decision.Activation{Revision: digest, By: by, InPlaceOf: r.all[len(r.all)-2].digest}, nil
		}
	}
	return decision.Activation{}, decision.ErrNotFound
}

func (r *fakeRevisions) Accept(_ context.Context, report, by string) (decision.Activation, error) {
	switch w := r.status.Waiting; {
	case w == nil || w.Report != report:
		return decision.Activation{}, decision.ErrNotFound
	case w.Revision == refused:
		return decision.Activation{}, decision.ErrCandidateChanged
	default:
		r.status.Waiting = nil
		return decision.Activation{Revision: w.Revision, By: by, Report: report}, nil
	}
}

func (r *fakeRevisions) Revision(_ context.Context, digest string) (decision.Revision, error) {
	for _, revision := range r.all {
		if revision.digest == digest {
			return revision, nil
		}
	}
	return nil, decision.ErrNotFound
}

func (r *fakeRevisions) Status() decision.PolicyStatus { return r.status }

// refused is a revision that does not pass the gate any more.
var refused = strings.Repeat("f", 64)

// fakeStore keeps everything in memory.
type fakeStore struct {
	revisions   map[string]map[string][]byte
	activations []decision.Activation
	reports     []decision.Report
	mu          sync.Mutex
	err         error
	removed     string
	facts       []decision.Fact
	of          []string
	recordings  map[string]decision.Recording
	recorded    map[string][]decision.Fact
	decisions   []decision.LoggedDecision
	tally       decision.Tally
	// asked and counted are the last queries.
	asked   decision.DecisionQuery
	counted decision.TallyQuery
	// failsAt is the search from which on all fail, if it is not 0.
	searches, failsAt int
}

func (s *fakeStore) RecordFacts(_ context.Context, r decision.Recording) ([]decision.Fact, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Partner + " " + r.IdempotencyKey
	if before, found := s.recordings[key]; found && r.IdempotencyKey != "" {
		if before.Digest != r.Digest {
			return nil, false, decision.ErrIdempotencyKeyReused
		}
		return s.recorded[key], true, nil
	}
	facts := slices.Clone(r.Facts)
	for i := range facts {
		facts[i].ID, facts[i].RecordedAt = fmt.Sprintf("f%d", len(s.facts)+1), r.At
		s.facts, s.of = append(s.facts, facts[i]), append(s.of, r.Partner)
	}
	s.recordings[key], s.recorded[key] = r, facts
	return facts, false, s.err
}

func (s *fakeStore) Position(_ context.Context, knownAt time.Time) (int64, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int64
	for _, f := range s.facts {
		if knownAt.IsZero() || !f.RecordedAt.After(knownAt) {
			n++
		}
	}
	return n, knownAt, s.err
}

func (s *fakeStore) Facts(_ context.Context, partner string, day decision.Day, position int64) ([]decision.Fact, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []decision.Fact
	for i, f := range s.facts[:position] {
		if s.of[i] == partner && f.ValidFrom <= day {
			found = append(found, f)
		}
	}
	return found, s.err
}

func (s *fakeStore) RevisionFiles(_ context.Context, digest string) (map[string][]byte, error) {
	files, ok := s.revisions[digest]
	if !ok {
		return nil, decision.ErrNotFound
	}
	return files, s.err
}

func (s *fakeStore) Activations(_ context.Context, digest string, before int64, limit int) ([]decision.Activation, error) {
	var found []decision.Activation
	for _, a := range s.activations {
		if (before == 0 || a.Seq < before) && (digest == "" || a.Revision == digest) && len(found) < limit {
			found = append(found, a)
		}
	}
	return found, s.err
}

func (s *fakeStore) Report(_ context.Context, id string) (decision.Report, error) {
	for _, r := range s.reports {
		if r.ID == id {
			return r, s.err
		}
	}
	return decision.Report{}, cmp.Or(s.err, decision.ErrNotFound)
}

func (s *fakeStore) Reports(_ context.Context, before int64, limit int) ([]decision.Report, error) {
	var found []decision.Report
	for _, r := range slices.Backward(s.reports) {
		if (before == 0 || r.Seq < before) && len(found) < limit {
			found = append(found, r)
		}
	}
	return found, s.err
}

func (s *fakeStore) PartnerExists(_ context.Context, partner string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.of, partner) || partner == "contoso" || partner == "fabrikam", s.err
}

func (s *fakeStore) Partners(_ context.Context, after string, limit int) ([]decision.Partner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := make(map[string]time.Time)
	for i, id := range s.of {
		if _, found := first[id]; !found && id > after {
			first[id] = s.facts[i].RecordedAt
		}
	}
	var partners []decision.Partner
	for id, at := range first {
		partners = append(partners, decision.Partner{ID: id, FirstRecordedAt: at})
	}
	slices.SortFunc(partners, func(a, b decision.Partner) int { return cmp.Compare(a.ID, b.ID) })
	return partners[:min(limit, len(partners))], s.err
}

func (s *fakeStore) Append(_ context.Context, d decision.Decision) (decision.Decision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decisions = append(s.decisions, decision.LoggedDecision{Seq: int64(len(s.decisions) + 1), Decision: d})
	return d, s.err
}

func (s *fakeStore) Decision(_ context.Context, id string) (decision.Decision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.removed != "" && s.removed == id {
		return decision.Decision{}, &decision.RemovedError{Removal: 1, At: time.Now()}
	}
	for _, d := range s.decisions {
		if d.ID == id {
			return d.Decision, s.err
		}
	}
	return decision.Decision{}, cmp.Or(s.err, decision.ErrNotFound)
}

// Decisions filters by a few fields; that all of them are heeded is tested on the real
// store.
func (s *fakeStore) Decisions(_ context.Context, q decision.DecisionQuery) ([]decision.LoggedDecision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = q
	if s.searches++; s.failsAt != 0 && s.searches >= s.failsAt {
		return nil, errors.New("the disk is gone")
	}
	log := slices.Clone(s.decisions)
	if !q.OldestFirst {
		slices.Reverse(log)
	}
	var found []decision.LoggedDecision
	for _, d := range log {
		passed := q.After != 0 && (d.Seq >= q.After) != q.OldestFirst || d.Seq == q.After
		if !passed && (q.Partner == "" || d.Partner == q.Partner) && (q.Outcome == "" || d.Outcome == q.Outcome) &&
			(q.Program == "" || d.Program == q.Program) && !d.DecidedAt.Before(q.DecidedFrom) && (q.DecidedTo.IsZero() || d.DecidedAt.Before(q.DecidedTo)) {
			found = append(found, d)
		}
	}
	return found[:min(q.Limit, len(found))], s.err
}

func (s *fakeStore) Tally(_ context.Context, q decision.TallyQuery) (decision.Tally, error) {
	s.counted = q
	return s.tally, s.err
}
