package api

import (
	"context"
	"errors"
	"fmt"

	"assay/server/decision"
)

func (s *server) ReplayDecision(ctx context.Context, r ReplayDecisionRequestObject) (ReplayDecisionResponseObject, error) {
	replay, err := s.service.Replay(ctx, r.DecisionId)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, noDecision()
	}
	if err != nil {
		return nil, fmt.Errorf("replay decision: %w", err)
	}
	noteDecision(ctx, replay.Decision)
	return ReplayDecision200JSONResponse(writeReplay(replay)), nil
}

func writeReplay(r decision.Replay) Replay {
	answer := Replay{
		DecisionId: r.Decision.ID, Revision: optional(r.Decision.Revision), Equal: r.Equal(), Erased: optional(r.Erased()),
		Differences: make([]ReplayDifference, len(r.Differences)),
	}
	for i, d := range r.Differences {
		answer.Differences[i] = ReplayDifference{
			Part: ReplayDifferencePart(d.Part), Pointer: optional(d.Pointer), Logged: optional(d.Logged), Replayed: optional(d.Replayed),
		}
	}
	return answer
}

func writeReplayStatus(s decision.ReplayStatus) ReplayStatus {
	return ReplayStatus{Equal: s.Equal, Differing: s.Differing, Decisions: list(s.Decisions)}
}

func noDecision() error { return fail(ProblemCodeDecisionNotFound, "no decision has this id") }
