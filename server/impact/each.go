package impact

import (
	"context"

	"assay/server/decision"
	"assay/server/inorder"
)

// asked is a subject with its facts.
type asked struct {
	subject       decision.Decision
	stored, given []decision.Fact
}

func (a asked) by(ctx context.Context, revision decision.Revision) (decision.Decision, error) {
	return decision.Evaluate(ctx, revision, a.subject, a.stored, a.given)
}

// each asks about every subject on all processors, and hands the answers on one by one
// in the order of the subjects.
func each[T any](ctx context.Context, p Population, ask func(context.Context, asked) (T, error), hand func(T) error) error {
	return inorder.Each(ctx, p.Subjects, func(ctx context.Context, subject decision.Decision) (T, error) {
		stored, given, err := p.Facts(ctx, subject)
		if err != nil {
			var none T
			return none, err
		}
		return ask(ctx, asked{subject, stored, given})
	}, hand)
}
