package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assay/server/decision"
)

func (s *server) RecordFacts(ctx context.Context, r RecordFactsRequestObject) (RecordFactsResponseObject, error) {
	facts, err := readFacts(r.Body.Facts)
	if err != nil {
		return nil, err
	}
	recorded, replayed, err := s.service.RecordFacts(ctx, r.Partner, facts, value(r.Params.IdempotencyKey))
	if err != nil {
		return nil, err
	}
	var answer RecordFacts201JSONResponse
	if replayed {
		answer.Headers.IdempotencyReplayed = optional("true")
	}
	answer.Body = RecordedFacts{Partner: r.Partner, Facts: writeFacts(recorded)}
	if len(recorded) > 0 {
		answer.Body.RecordedAt = recorded[0].RecordedAt.UTC()
	}
	return answer, nil
}

func (s *server) ListFacts(ctx context.Context, r ListFactsRequestObject) (ListFactsResponseObject, error) {
	facts, asOf, knownAt, err := s.service.FactsOf(ctx, r.Partner, value(r.Params.AsOf), instant(r.Params.KnownAt))
	var invalid *decision.InvalidError
	if errors.As(err, &invalid) && len(invalid.Problems) > 0 {
		// There is no body here: what it points at is a parameter.
		return nil, failAt(ProblemCodeInvalidParameter, inParameter("known_at", invalid.Problems[0].Detail))
	}
	if err != nil {
		return nil, err
	}
	return ListFacts200JSONResponse{Partner: r.Partner, AsOf: asOf, KnownAt: knownAt.UTC(), Facts: writeFacts(facts)}, nil
}

func (s *server) ListPartners(ctx context.Context, r ListPartnersRequestObject) (ListPartnersResponseObject, error) {
	filters := filtersDigest("partners")
	from, err := parseCursor(r.Params.Cursor, filters)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	found, err := s.service.Store.Partners(ctx, from.After, limit+1)
	if err != nil {
		return nil, fmt.Errorf("list partners: %w", err)
	}
	shown, more := page(found, limit)
	answer := ListPartners200JSONResponse{Partners: make([]Partner, len(shown))}
	for i, p := range shown {
		answer.Partners[i] = Partner{Id: p.ID, FirstRecordedAt: p.FirstRecordedAt.UTC()}
	}
	if more {
		answer.NextCursor = optional(cursor{Filters: filters, After: shown[limit-1].ID}.String())
	}
	return answer, nil
}

func readFacts(inputs []FactInput) ([]decision.Fact, error) {
	if inputs == nil {
		return nil, nil
	}
	facts := make([]decision.Fact, len(inputs))
	for i, in := range inputs {
		f := decision.Fact{Kind: in.Kind, Key: value(in.Key), Source: string(in.Source), ValidFrom: in.ValidFrom, ValidTo: value(in.ValidTo)}
		if in.Body != nil {
			body, err := decision.Canonical(*in.Body)
			if err != nil {
				return nil, fmt.Errorf("fact %d: %w", i, err)
			}
			f.Body = body
		}
		facts[i] = f
	}
	return facts, nil
}

func writeFacts(facts []decision.Fact) []Fact {
	list := make([]Fact, len(facts))
	for i, f := range facts {
		list[i] = Fact{
			Id: f.ID, Kind: f.Kind, Key: optional(f.Key), Source: Source(f.Source),
			ValidFrom: f.ValidFrom, ValidTo: optional(f.ValidTo), RecordedAt: f.RecordedAt.UTC(),
			ErasedAt: optionalInstant(f.ErasedAt),
		}
		if len(f.Erased) > 0 {
			list[i].Erased = &f.Erased
		}
		if f.Body != nil {
			body := json.RawMessage(f.Body)
			list[i].Body = &body
		}
	}
	return list
}

// value is the zero value for what was not sent.
func value[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// optionalInstant is nil for the zero one.
func optionalInstant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return optional(t.UTC())
}

// instant keeps the microseconds that the store keeps, so that the answer says what
// was asked of it.
func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
