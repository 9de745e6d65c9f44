// Package inorder does work on all processors and hands on what comes out in the order
// in which it was asked for.
package inorder

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// ahead bounds how far, per processor, work may be done before its turn comes.
const ahead = 16

// Each works on every item on all processors, and hands the answers on one by one in the
// order of the items. The first error ends it; nothing goes on after it returned. The
// memory it takes does not depend on how many items there are.
func Each[Item, Answer any](
	ctx context.Context,
	items func(context.Context) iter.Seq2[Item, error],
	work func(context.Context, Item) (Answer, error),
	hand func(Answer) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel(nil)

	type job struct {
		item   Item
		answer chan Answer
	}
	workers := runtime.GOMAXPROCS(0)
	todo, inOrder := make(chan job), make(chan job, ahead*workers)
	running.Go(func() {
		defer close(todo)
		defer close(inOrder)
		for item, err := range items(ctx) {
			if err != nil {
				cancel(err)
				return
			}
			j := job{item, make(chan Answer, 1)}
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
				answer, err := work(ctx, j.item)
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
