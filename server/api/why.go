package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assay/server/decision"
	"assay/server/explain"
)

// whyTime is how long a comparison of decisions may take: it ends in time to be answered.
const whyTime = 50 * time.Second

func (s *server) DiffDecisions(ctx context.Context, r DiffDecisionsRequestObject) (DiffDecisionsResponseObject, error) {
	ctx, cancel := context.WithTimeout(ctx, whyTime)
	defer cancel()
	w, err := s.service.Why(ctx, r.DecisionId, r.Other, s.oneChangeAtATime)
	switch {
	case errors.Is(err, decision.ErrNotFound):
		return nil, noDecision()
	case errors.Is(err, decision.ErrErased):
		return nil, fail(ProblemCodeErased, "values that one of them rested on were erased, so it cannot be asked again")
	case errors.Is(err, decision.ErrReplayDiffers), errors.Is(err, decision.ErrUnreadable):
		return nil, &failure{code: ProblemCodeReplayDiffers, detail: "POST /v1/decisions/{decision_id}/replay of the two says in what", cause: err}
	case err != nil:
		return nil, err
	}
	tag, speaker, err := speakerOfWhy(w, s.service.Revisions.Current().Texts(), r.Params.Lang, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	body, err := writeWhy(w, speaker)
	if err != nil {
		return nil, err
	}
	return DiffDecisions200JSONResponse{Body: body, Headers: DiffDecisions200ResponseHeaders{ContentLanguage: tag}}, nil
}

// oneChangeAtATime finds what lies between two revisions, with the compiler to itself.
func (s *server) oneChangeAtATime(ctx context.Context, from, to decision.Revision) (decision.Change, error) {
	change, err := s.between(ctx, from, to)
	return slotted{change, s.preview.slot}, err
}

// slotted waits for the slot in which candidates are compiled, so that decisions come
// first.
type slotted struct {
	decision.Change
	slot chan struct{}
}

func (c slotted) Take(ctx context.Context, units []int) (decision.Revision, error) {
	select {
	case c.slot <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-c.slot }()
	return c.Change.Take(ctx, units)
}

// speakerOfWhy speaks in the words of the later decision's revision. How to compare
// decisions was not said in earlier trees; then the latest texts say it.
func speakerOfWhy(w decision.Why, latest decision.Texts, lang, accept *string) (string, explain.Language, error) {
	texts := w.Revision.Texts()
	tag, speaker, err := choose(texts, lang, accept)
	if err != nil || texts[tag].Why != (decision.WhyPatterns{}) {
		return tag, speaker, err
	}
	words := texts[tag]
	words.Why = latest[tag].Why
	return tag, explain.New(tag, words), nil
}

func writeWhy(w decision.Why, speaker explain.Language) (DecisionDiff, error) {
	told := speaker.Why(w)
	answer := DecisionDiff{
		Turned: w.Turned(), Text: told.Text, Bounded: w.Bounded, Findings: writeFindingChanges(w.Findings),
		Factors: make([]DecisionFactor, len(w.Factors)), Because: make([]DecisionCause, len(w.Because)),
	}
	summaries := []*DecisionSummary{&answer.Before, &answer.After}
	for i, d := range []decision.Decision{w.Before, w.After} {
		result, err := decision.ParseResult(d.Result)
		if err != nil {
			return answer, fmt.Errorf("decision %s: %w", d.ID, err)
		}
		*summaries[i] = writeSummary(d, result, speaker)
	}
	for i, f := range w.Factors {
		answer.Factors[i] = writeFactor(f, told.Factors[i])
	}
	for i, set := range w.Because {
		cause := DecisionCause{Factors: []string{}, Text: told.Because[i]}
		for _, place := range set {
			cause.Factors = append(cause.Factors, w.Factors[place].ID())
		}
		answer.Because[i] = cause
	}
	return answer, nil
}

func writeFactor(f decision.Factor, text string) DecisionFactor {
	factor := DecisionFactor{
		Id: f.ID(), Factor: DecisionFactorFactor(f.Factor), Text: text,
		Kind: optional(f.Kind), Key: optional(f.Key), Source: optional(Source(f.Source)),
		Folder: optional(f.Unit.Folder), Name: optional(f.Unit.Value), Unit: optional(f.Measure), Files: f.Unit.Files,
	}
	for i, into := range []*any{&factor.Before, &factor.After} {
		switch {
		case f.Factor == decision.FactorFact:
			if bodies := bodiesOf(f.Held[i]); len(bodies) > 0 {
				*into = bodies
			}
		case f.Values[i] != "" && f.Values[i] != (*decision.Actor)(nil):
			*into = f.Values[i]
		}
	}
	return factor
}

func bodiesOf(facts []decision.Fact) []json.RawMessage {
	var bodies []json.RawMessage
	for _, f := range facts {
		bodies = append(bodies, f.Body)
	}
	return bodies
}

func writeFindingChanges(changes []decision.FindingChange) []FindingChange {
	list := make([]FindingChange, len(changes))
	for i, c := range changes {
		list[i] = FindingChange{Id: c.ID, Before: writeChangedVerdict(c.Before), After: writeChangedVerdict(c.After)}
	}
	return list
}

func writeChangedVerdict(v *decision.Verdict) *Verdict {
	if v == nil {
		return nil
	}
	return &Verdict{Status: string(v.Status), Reason: v.Reason, Due: v.Due}
}
