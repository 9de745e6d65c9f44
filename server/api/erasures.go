package api

import (
	"context"
	"errors"
	"fmt"

	"assay/server/decision"
	"assay/server/ledger"
)

func (s *server) ErasePartner(ctx context.Context, r ErasePartnerRequestObject) (ErasePartnerResponseObject, error) {
	// An erasure that began is not given up because the caller is gone.
	done, finished, err := s.erase(context.WithoutCancel(ctx), ledger.Erasure{
		Partner: r.Partner, Fields: ledger.Fields(r.Body.Fields), Reason: r.Body.Reason, By: r.Body.By,
	})
	if errors.Is(err, decision.ErrNotFound) {
		return nil, fail(ProblemCodePartnerNotFound, "nothing was ever recorded or decided about this partner")
	}
	if err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	answer := writeErasure(done)
	answer.Finished = &finished
	return ErasePartner201JSONResponse(answer), nil
}

func (s *server) ListErasures(ctx context.Context, r ListErasuresRequestObject) (ListErasuresResponseObject, error) {
	erasures, err := s.ledger.Erasures(ctx, r.Partner)
	if err != nil {
		return nil, err
	}
	answer := ListErasures200JSONResponse{Erasures: make([]Erasure, len(erasures))}
	for i, e := range erasures {
		answer.Erasures[i] = writeErasure(e)
	}
	return answer, nil
}

func writeErasure(e ledger.Erasure) Erasure {
	return Erasure{
		Partner: e.Partner, Fields: ErasedFields(e.Fields), Reason: e.Reason, By: e.By, ErasedAt: e.At.UTC(), Values: e.Values,
	}
}
