package api

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"assay/server/decision"
	"assay/server/explain"
)

// previewer makes candidates, one at a time: to compile takes a whole processor and
// much memory, and decisions come first.
type previewer struct {
	make func(ctx context.Context, from decision.Revision, changed map[string][]byte) (decision.Revision, error)
	slot chan struct{}
	time time.Duration
}

func newPreviewer(candidate func(context.Context, decision.Revision, map[string][]byte) (decision.Revision, error), limit time.Duration) previewer {
	return previewer{candidate, make(chan struct{}, 1), limit}
}

// candidate waits for the slot and compiles. Whoever gives up is answered at once; the
// slot is free again only when the compiler has come to its end.
func (p previewer) candidate(ctx context.Context, from decision.Revision, changed map[string][]byte) (decision.Revision, error) {
	select {
	case p.slot <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	type made struct {
		revision decision.Revision
		err      error
	}
	done := make(chan made, 1)
	go func() {
		defer func() { <-p.slot }()
		defer func() {
			if r := recover(); r != nil { // policies that anybody may send must not end the program
				done <- made{err: fmt.Errorf("compile a candidate: panic: %v\n%s", r, debug.Stack())}
			}
		}()
		revision, err := p.make(ctx, from, changed)
		done <- made{revision, err}
	}()
	select {
	case m := <-done:
		return m.revision, m.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *server) CreatePreview(ctx context.Context, r CreatePreviewRequestObject) (CreatePreviewResponseObject, error) {
	tag, _, err := choose(s.service.Revisions.Current().Texts(), r.Params.Lang, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	request, err := readDecisionRequest(DecisionRequest{
		Program: r.Body.Program, Action: r.Body.Action, Actor: r.Body.Actor, Partner: r.Body.Partner, Facts: r.Body.Facts,
		AsOf: r.Body.AsOf, KnownAt: r.Body.KnownAt, Revision: r.Body.Revision,
	})
	if err != nil {
		return nil, err
	}
	changed := make(map[string][]byte, len(r.Body.Files))
	for path, content := range r.Body.Files {
		changed[path] = nil
		if content != nil {
			changed[path] = append([]byte{}, *content...) // not nil, even if empty
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.preview.time)
	defer cancel()
	p, err := s.service.Preview(ctx, request, func(ctx context.Context, from decision.Revision) (decision.Revision, error) {
		return s.preview.candidate(ctx, from, changed)
	})
	if errors.Is(err, decision.ErrUnknownPartner) {
		return nil, noPartner()
	}
	if errors.Is(err, decision.ErrNotFound) {
		return nil, failAt(ProblemCodeProgramNotFound, inBody("/program", "the candidate has no such program"))
	}
	if err != nil {
		return nil, err
	}
	body, err := writePreview(p, tag)
	if err != nil {
		return nil, err
	}
	return CreatePreview200JSONResponse{Body: body, Headers: CreatePreview200ResponseHeaders{ContentLanguage: tag}}, nil
}

func writePreview(p decision.Preview, lang string) (Preview, error) {
	answer := Preview{Turned: p.Turned(), Differences: []FindingDifference{}}
	candidate, err := writePreviewed(p.After, p.Later, lang)
	if err != nil {
		return answer, err
	}
	answer.Candidate = candidate
	if p.Before == nil {
		answer.LiveLacks = optional(p.Why.Error())
		return answer, nil
	}
	live, err := writePreviewed(*p.Before, p.Earlier, lang)
	if err != nil {
		return answer, err
	}
	answer.Live = &live
	differences, err := explain.Differences(p)
	for _, d := range differences {
		written := FindingDifference{
			Id: d.ID, Before: writeVerdict(d.Before), After: writeVerdict(d.After), Values: list(d.Values), Languages: list(d.Languages),
			Differs: make([]FindingDifferenceDiffers, len(d.Parts)),
		}
		for i, part := range d.Parts {
			written.Differs[i] = FindingDifferenceDiffers(part)
		}
		answer.Differences = append(answer.Differences, written)
	}
	return answer, err
}

// writePreviewed tells a decision in the words of the revision that made it. A language
// that only one of the two speaks leaves the other to what it does speak.
func writePreviewed(d decision.Decision, revision decision.Revision, lang string) (PreviewedDecision, error) {
	_, speaker, err := choose(revision.Texts(), &lang, nil)
	if err != nil {
		_, speaker, _ = choose(revision.Texts(), nil, nil)
	}
	w, err := writeDecision(d, revision.Programs(), speaker)
	return PreviewedDecision{
		Program: w.Program, Partner: w.Partner, Action: w.Action, Actor: w.Actor,
		Outcome: w.Outcome, OutcomeText: w.OutcomeText, Rollup: w.Rollup, RollupText: w.RollupText,
		Version: w.Version, Phase: w.Phase, AsOf: w.AsOf, KnownAt: w.KnownAt, Revision: w.Revision,
		FactsDigest: w.FactsDigest, Requirements: w.Requirements,
	}, err
}

func writeVerdict(f *decision.Finding) *Verdict {
	if f == nil {
		return nil
	}
	return &Verdict{Status: string(f.Status), Reason: f.Reason, Due: f.Due}
}
