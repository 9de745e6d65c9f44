package inorder

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func upTo(n int) func(context.Context) iter.Seq2[int, error] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

func TestAnswersComeInOrder(t *testing.T) {
	t.Parallel()
	var got []int
	err := Each(t.Context(), upTo(500), func(_ context.Context, i int) (int, error) {
		time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
		return 2 * i, nil
	}, func(answer int) error {
		got = append(got, answer)
		return nil
	})
	want := make([]int, 500)
	for i := range want {
		want[i] = 2 * i
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

// Whoever fails, that is what is returned, and nothing works on afterwards.
func TestTheFirstErrorEndsIt(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, fails := range []string{"items", "work", "hand", "context"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var working atomic.Int64
		items := func(ctx context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := 0; ; i++ {
					var err error
					if fails == "items" && i == 100 {
						err = broken
					}
					if !yield(i, err) {
						return
					}
				}
			}
		}
		err := Each(ctx, items, func(_ context.Context, i int) (int, error) {
			working.Add(1)
			defer working.Add(-1)
			if fails == "work" && i == 100 {
				return 0, broken
			}
			return i, nil
		}, func(i int) error {
			if fails == "hand" && i == 100 {
				return broken
			}
			if fails == "context" && i == 100 {
				cancel(broken)
			}
			return nil
		})
		if !errors.Is(err, broken) || working.Load() != 0 {
			t.Errorf("%s: %v, %d still working", fails, err, working.Load())
		}
		cancel(nil)
	}
}
