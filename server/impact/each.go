package impact

import (
	"context"
	"runtime"
	"sync"

	"assay/server/decision"
)

// asked is a subject with its facts.
type asked struct {
	subject       decision.Decision
	stored, given []decision.Fact
}

func (a asked) by(ctx context.Context, revision decision.Revision) (decision.Decision, error) {
	return decision.Evaluate(ctx, revision, a.subject, a.stored, a.given)
}

// ahead bounds how far, per processor, work may be done before its turn comes.
const ahead = 16

// each asks about every subject on all processors, and hands the answers on one by one
// in the order of the subjects. The first error ends it; nothing goes on after it
// returned.
func each[T any](ctx context.Context, p Population, ask func(context.Context, asked) (T, error), hand func(T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel(nil)

	type job struct {
		subject decision.Decision
		answer  chan T
	}
	workers := runtime.GOMAXPROCS(0)
	todo, inOrder := make(chan job), make(chan job, ahead*workers)
	running.Go(func() {
		defer close(todo)
		defer close(inOrder)
		for subject, err := range p.Subjects(ctx) {
			if err != nil {
				cancel(err)
				return
			}
			j := job{subject, make(chan T, 1)}
			for _, queue := range []chan job{inOrder, todo} {
				select {
				case queue <- j:
				case <-ctx.Done():
					return
				}
			}
		}
	})
	for range workers {
		running.Go(func() {
			for j := range todo {
				stored, given, err := p.Facts(ctx, j.subject)
				var answer T
				if err == nil {
					answer, err = ask(ctx, asked{j.subject, stored, given})
				}
				if err != nil {
					cancel(err)
					return
				}
				j.answer <- answer
			}
		})
	}
	for j := range inOrder {
		select {
		case answer := <-j.answer:
			if err := hand(answer); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return context.Cause(ctx)
}
