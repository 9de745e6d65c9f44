package decision

import (
	"context"
	"errors"
)

// Preview is the same question, on the same facts, answered by two revisions.
type Preview struct {
	Earlier, Later Revision
	// Before is nil if the earlier revision does not understand the question; Why says
	// what it lacks: the program, an action, a kind of fact.
	Before *Decision
	Why    error
	After  Decision
}

// Preview decides by the revision that the request asks for and by the one that derive
// makes of it. Nothing is logged, and nothing serves that did not before.
func (s *Service) Preview(ctx context.Context, req Request, derive func(context.Context, Revision) (Revision, error)) (Preview, error) {
	earlier, d, stored, err := s.prepare(ctx, req)
	if err != nil {
		return Preview{}, err
	}
	later, err := derive(ctx, earlier)
	if err != nil {
		return Preview{}, err
	}
	return Beside(ctx, earlier, later, d, stored, req.Given)
}

// Beside answers the question that d asks by two revisions. The later one must
// understand it.
func Beside(ctx context.Context, earlier, later Revision, d Decision, stored, given []Fact) (Preview, error) {
	p := Preview{Earlier: earlier, Later: later}
	var err error
	if p.After, err = Evaluate(ctx, later, d, stored, given); err != nil {
		return p, err
	}
	before, err := Evaluate(ctx, earlier, d, stored, given)
	var invalid *InvalidError
	switch {
	case errors.As(err, &invalid), errors.Is(err, ErrNotFound):
		p.Why = err
		return p, nil
	case err != nil:
		return p, err
	}
	p.Before = &before
	return p, nil
}

// Turned: the outcome is another one.
func (p Preview) Turned() bool { return p.Before != nil && p.Before.Outcome != p.After.Outcome }
