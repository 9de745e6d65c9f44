package api

import (
	"context"
	"errors"
	"fmt"

	"assay/server/decision"
)

func (s *server) CreateDecision(ctx context.Context, r CreateDecisionRequestObject) (CreateDecisionResponseObject, error) {
	// A language nobody speaks is refused before anything is logged.
	current := s.service.Revisions.Current()
	tag, speaker, err := choose(current.Texts(), r.Params.Lang, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	request, err := readDecisionRequest(*r.Body)
	if err != nil {
		return nil, err
	}
	request.RequestID, request.TraceID, request.Caller = requestOf(ctx).id, requestOf(ctx).trace, value(r.Params.AssayCaller)
	d, revision, err := s.service.Decide(ctx, request)
	if errors.Is(err, decision.ErrUnknownPartner) {
		return nil, noPartner()
	}
	if errors.Is(err, decision.ErrNotFound) {
		return nil, failAt(ProblemCodeProgramNotFound, inBody("/program", "there is no such program; GET /v1/programs lists them"))
	}
	if err != nil {
		return nil, err
	}
	if revision.Digest() != current.Digest() {
		// Another revision came between. Should it lack the language, the decision is
		// made all the same, and is told in what it does speak.
		if tag, speaker, err = choose(revision.Texts(), r.Params.Lang, r.Params.AcceptLanguage); err != nil {
			tag, speaker, _ = choose(revision.Texts(), nil, nil)
		}
	}
	body, err := writeDecision(d, revision.Programs(), speaker)
	if err != nil {
		return nil, err
	}
	noteDecision(ctx, d)
	s.metrics.decided(d)
	return CreateDecision201JSONResponse{Body: body, Headers: CreateDecision201ResponseHeaders{
		ContentLanguage: tag, Location: "/v1/decisions/" + d.ID,
	}}, nil
}

func noPartner() error {
	return failAt(ProblemCodePartnerNotFound, inBody("/partner", "nobody ever recorded a fact about this partner, and none came with the request"))
}

func readDecisionRequest(r DecisionRequest) (decision.Request, error) {
	given, err := readFacts(r.Facts)
	if err != nil {
		return decision.Request{}, err
	}
	return decision.Request{
		Program: r.Program, Action: value(r.Action), Actor: readActor(r.Actor), Partner: value(r.Partner), Given: given,
		AsOf: value(r.AsOf), KnownAt: instant(r.KnownAt), Revision: value(r.Revision),
	}, nil
}

func readActor(a *Actor) *decision.Actor {
	if a == nil {
		return nil
	}
	return &decision.Actor{ID: a.Id, Roles: a.Roles}
}

func (s *server) GetDecision(ctx context.Context, r GetDecisionRequestObject) (GetDecisionResponseObject, error) {
	d, err := s.service.Read(ctx, r.DecisionId)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, noDecision()
	}
	if err != nil {
		return nil, fmt.Errorf("read decision: %w", err)
	}
	var texts decision.Texts
	var programs []decision.Program
	var rules decision.FactRules
	revision, err := s.service.Revisions.Revision(ctx, d.Revision)
	switch {
	case err == nil:
		texts, programs, rules = revision.Texts(), revision.Programs(), revision.FactRules()
	case !errors.Is(err, decision.ErrNotFound):
		return nil, fmt.Errorf("read revision %s: %w", d.Revision, err)
	default:
		// The words are gone, the evidence is not: codes and values can be told.
	}
	tag, speaker, err := choose(texts, r.Params.Lang, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	body, err := writeDecision(d, programs, speaker)
	if err != nil {
		return nil, err
	}
	if err := addLineage(&body, d, programs, rules, speaker); err != nil {
		return nil, err
	}
	noteDecision(ctx, d)
	return GetDecision200JSONResponse{Body: body, Headers: GetDecision200ResponseHeaders{ContentLanguage: tag}}, nil
}

func noteDecision(ctx context.Context, d decision.Decision) {
	r := requestOf(ctx)
	r.outcome, r.revision = string(d.Outcome), d.Revision
}
