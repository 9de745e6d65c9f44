package api

import (
	"context"
	"fmt"
	"time"

	"assay/server/decision"
)

// pingTimeout is how long the store may take: a probe that hangs says nothing.
const pingTimeout = 2 * time.Second

func (s *server) GetLive(context.Context, GetLiveRequestObject) (GetLiveResponseObject, error) {
	return GetLive200JSONResponse{Status: LiveStatusOk}, nil
}

func (s *server) GetHealth(ctx context.Context, _ GetHealthRequestObject) (GetHealthResponseObject, error) {
	status, err := s.check(ctx)
	if err != nil {
		return nil, err
	}
	return GetHealth200JSONResponse{Status: HealthStatusOk, Revision: status.Revision}, nil
}

func (s *server) GetReady(ctx context.Context, _ GetReadyRequestObject) (GetReadyResponseObject, error) {
	status, err := s.check(ctx)
	if err != nil {
		return nil, err
	}
	ready := GetReady200JSONResponse{Status: ReadyStatusOk, Revision: status.Revision}
	if len(status.Problems) > 0 {
		ready.Status = ReadyStatusDegraded
		ready.Problems = writeProblems(status.Problems)
		ready.Since = optional(status.Since.UTC())
	}
	return ready, nil
}

func (s *server) GetStatus(ctx context.Context, _ GetStatusRequestObject) (GetStatusResponseObject, error) {
	sealed, err := s.ledger.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("status of the ledger: %w", err)
	}
	status := s.service.Revisions.Status()
	answer := GetStatus200JSONResponse{
		State: PolicyStatusStateOk, Revision: status.Revision, ActivatedAt: status.ActivatedAt.UTC(), Source: status.Source,
		InPlaceOf: optional(status.InPlaceOf),
		Problems:  writeProblems(status.Problems), Warnings: writeProblems(status.Warnings), Overdue: writeProblems(status.Overdue),
		Ledger: writeLedgerStatus(sealed),
	}
	if len(status.Problems) > 0 {
		answer.State = PolicyStatusStateDegraded
		answer.Since = optional(status.Since.UTC())
	}
	if c := status.Checking; c != nil {
		answer.Checking = &CheckingPolicies{Revision: c.Revision, Since: c.Since.UTC()}
	}
	if w := status.Waiting; w != nil {
		answer.State = PolicyStatusStateWaiting
		answer.Waiting = &WaitingPolicies{Revision: w.Revision, Report: w.Report, Exceeded: list(w.Exceeded), Since: w.Since.UTC(), Warnings: writeProblems(w.Warnings)}
	}
	replays := s.service.Replays.Status()
	answer.Replays = writeReplayStatus(replays)
	if len(replays.Decisions) > 0 {
		answer.State = PolicyStatusStateDegraded
	}
	sink, err := s.sinkStatus(ctx)
	if err != nil {
		return nil, err
	}
	if answer.Sink = sink; sink != nil && sink.Problem != nil && answer.State == PolicyStatusStateOk {
		answer.State = PolicyStatusStateDegraded
	}
	return answer, nil
}

// sinkStatus is nil if the decision log is not taken anywhere.
func (s *server) sinkStatus(ctx context.Context) (*SinkStatus, error) {
	if s.sink == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	status, err := s.sink(ctx)
	if err != nil {
		return nil, fmt.Errorf("read how far the log has been taken: %w", err)
	}
	answer := &SinkStatus{Url: status.Name, Position: status.Position, Lag: status.Lag, Problem: optional(status.Problem)}
	if !status.AcknowledgedAt.IsZero() {
		answer.AcknowledgedAt = optional(status.AcknowledgedAt.UTC())
	}
	if status.Problem != "" {
		answer.Since = optional(status.Since.UTC())
	}
	return answer, nil
}

// check tells whether decisions can be made and logged.
func (s *server) check(ctx context.Context) (decision.PolicyStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := s.ping(ctx); err != nil {
		return decision.PolicyStatus{}, &failure{code: ProblemCodeStoreUnavailable, detail: "decisions cannot be logged, so none are made", cause: err}
	}
	status := s.service.Revisions.Status()
	if status.Revision == "" {
		return status, fail(ProblemCodeNoPolicies, "there are no policies to decide with yet")
	}
	return status, nil
}

func writeProblems(problems []decision.PolicyProblem) []PolicyProblem {
	list := make([]PolicyProblem, len(problems))
	for i, p := range problems {
		list[i] = PolicyProblem{File: optional(p.File), Line: optional(p.Line), Message: p.Message}
	}
	return list
}
