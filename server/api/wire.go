package api

import (
	"fmt"
	"maps"
	"slices"

	"assay/server/decision"
	"assay/server/explain"
)

// writeDecision joins what was logged with what the decision's own revision says
// about it.
func writeDecision(d decision.Decision, programs []decision.Program, speaker explain.Language) (Decision, error) {
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return Decision{}, fmt.Errorf("decision %s: %w", d.ID, err)
	}
	requirements := make(map[string]decision.Requirement)
	if i := slices.IndexFunc(programs, func(p decision.Program) bool { return p.Name == d.Program }); i >= 0 {
		for _, r := range programs[i].Requirements {
			requirements[r.ID] = r
		}
	}
	summary := writeSummary(d, result, speaker)
	answer := Decision{
		DecisionId: summary.DecisionId, Program: summary.Program, Partner: summary.Partner,
		Action: summary.Action, Actor: summary.Actor,
		Outcome: summary.Outcome, OutcomeText: summary.OutcomeText, Rollup: summary.Rollup, RollupText: summary.RollupText,
		Version: summary.Version, Phase: summary.Phase, AsOf: summary.AsOf, KnownAt: summary.KnownAt,
		DecidedAt: summary.DecidedAt, Revision: summary.Revision, FactsDigest: summary.FactsDigest,
		RequestId: summary.RequestId, TraceId: summary.TraceId, Caller: summary.Caller, ErasedAt: summary.ErasedAt,
		Requirements: make([]RequirementFinding, len(result.Findings)),
	}
	for i, f := range result.Findings {
		requirement, known := requirements[f.ID]
		finding := writeFinding(f)
		finding.Explanation, finding.Action = explanation(speaker, d.Program, f)
		finding.Sources = writeSources(d.Facts.Of(f))
		finding.SourcesText = optional(speaker.Sources(f, d.Facts))
		finding.Title = titleOf(speaker, d.Program, f.ID, requirement.Title)
		if known {
			finding.Ref, finding.Rule = optional(requirement.Ref), writeRule(requirement.Rule)
		}
		answer.Requirements[i] = finding
	}
	return answer, nil
}

func writeSummary(d decision.Decision, result decision.Result, speaker explain.Language) DecisionSummary {
	rollup := result.Rollup
	if rollup == "" {
		rollup = result.Outcome
	}
	return DecisionSummary{
		DecisionId: d.ID, Program: d.Program, Partner: optional(d.Partner),
		Action: optional(d.Action), Actor: writeActor(d.Actor),
		Outcome: string(d.Outcome), OutcomeText: speaker.Outcome(d.Program, d.Outcome),
		Rollup: string(rollup), RollupText: optional(speaker.Rollup(d.Program, result)),
		Version: optional(result.Version), Phase: optional(result.Phase),
		AsOf: d.AsOf, KnownAt: d.KnownAt.UTC(), DecidedAt: d.DecidedAt.UTC(),
		Revision: d.Revision, FactsDigest: d.FactsDigest,
		RequestId: optional(d.RequestID), TraceId: optional(d.TraceID), Caller: optional(d.Caller),
		ErasedAt: optionalInstant(d.ErasedAt),
	}
}

func writeActor(a *decision.Actor) *Actor {
	if a == nil {
		return nil
	}
	return &Actor{Id: a.ID, Roles: list(a.Roles)}
}

func writeSources(facts []decision.Fact) []FactSource {
	sources := make([]FactSource, len(facts))
	for i, f := range facts {
		sources[i] = FactSource{
			Id: f.ID, Kind: f.Kind, Key: optional(f.Key), ValidFrom: f.ValidFrom, ValidTo: optional(f.ValidTo), Source: Source(f.Source),
		}
		if !f.RecordedAt.IsZero() {
			at := f.RecordedAt.UTC()
			sources[i].RecordedAt = &at
		}
	}
	return sources
}

func explanation(speaker explain.Language, program string, f decision.Finding) (string, *string) {
	text, action := speaker.Finding(program, f)
	return text, optional(action)
}

// titleOf prefers the reader's language to the catalogue, and the catalogue to a code.
func titleOf(speaker explain.Language, program, requirement, catalogue string) string {
	if t := speaker.Title(program, requirement); t != requirement || catalogue == "" {
		return t
	}
	return catalogue
}

// writeFinding spreads the shown values over the members that the document names;
// what does not fit one of them goes with the details, so nothing is lost.
func writeFinding(f decision.Finding) RequirementFinding {
	shown := maps.Clone(f.Shown)
	take := func(name string) any {
		v := shown[name]
		delete(shown, name)
		return v
	}
	finding := RequirementFinding{
		Id: f.ID, Status: RequirementFindingStatus(f.Status), Due: f.Due, Reason: f.Reason,
		Flags: list(f.Flags), Facts: list(f.Facts), Missing: make([]MissingFact, len(f.Missing)),
		Actual: take("actual"), Required: take("required"), Gap: take("gap"),
	}
	finding.Since, finding.NextOn = takeDay(shown, "since"), takeDay(shown, "next_on")
	if citation, ok := shown["citation"].(map[string]any); ok && len(citation) == 2 {
		title, hasTitle := citation["title"].(string)
		url, hasURL := citation["url"].(string)
		if hasTitle && hasURL {
			finding.Citation = &Citation{Title: title, Url: url}
			delete(shown, "citation")
		}
	}
	finding.Details = shown
	for i, m := range f.Missing {
		finding.Missing[i] = MissingFact{Kind: m.Kind, Key: optional(m.Key), Field: optional(m.Field)}
	}
	return finding
}

// takeDay takes a day out of what is shown; what is none stays.
func takeDay(shown map[string]any, name string) *decision.Day {
	s, _ := shown[name].(string)
	day, err := decision.ParseDay(s)
	if err != nil {
		return nil
	}
	delete(shown, name)
	return &day
}

func writeRule(l decision.Location) *RulePlace {
	if l.File == "" {
		return nil
	}
	return &RulePlace{File: l.File, Line: l.Line}
}

func writeCitation(c decision.Citation) *Citation {
	if c == (decision.Citation{}) {
		return nil
	}
	return &Citation{Title: c.Title, Url: c.URL}
}

// list is [] rather than null for nothing.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
