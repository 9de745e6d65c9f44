package decision

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

func bitsOf(set []int) (b uint) {
	for _, i := range set {
		b |= 1 << i
	}
	return b
}

// TestSmallest: whatever makes sets enough, also where adding to one takes that away, all
// that are enough of the smallest size are found, and nothing else.
func TestSmallest(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		n := 1 + random.IntN(8)
		sufficient := make(map[uint]bool)
		for set := range uint(1) << n {
			sufficient[set] = set != 0 && random.IntN(2+n) == 0
		}
		sufficient[1<<n-1] = true
		least := n
		for set, ok := range sufficient {
			if ok {
				least = min(least, bits.OnesCount(set))
			}
		}
		var want []string
		_ = subsets(n, least, func(set []int) error {
			if sufficient[bitsOf(set)] {
				want = append(want, fmt.Sprint(set))
			}
			return nil
		})
		sets, bounded, err := smallest(n, func(set []int) (bool, error) { return sufficient[bitsOf(set)], nil }, func() {})
		var got []string
		for _, set := range sets {
			got = append(got, fmt.Sprint(set))
		}
		if err != nil || bounded || !slices.Equal(got, want) {
			t.Fatalf("of %d: %v, want %v (%v, %v)", n, got, want, bounded, err)
		}
	}
}

// A search that is cut short has sets that are enough all the same, and says so.
func TestSmallestBounded(t *testing.T) {
	t.Parallel()
	needed := []int{1, 4, 6}
	for most := range 60 {
		tried := 0
		sets, bounded, err := smallest(8, func(set []int) (bool, error) {
			if tried++; tried > most {
				return false, errBound
			}
			return bitsOf(set)&bitsOf(needed) == bitsOf(needed), nil
		}, func() { tried = 0 })
		if err != nil || len(sets) != 1 || bitsOf(sets[0])&bitsOf(needed) != bitsOf(needed) {
			t.Fatalf("after %d: %v (%v)", most, sets, err)
		}
		if !bounded && most < 40 {
			t.Errorf("after %d it is said to have tried all", most)
		}
		if most > 25 && !slices.Equal(sets[0], needed) {
			t.Errorf("after %d: %v", most, sets)
		}
	}
	broken := errors.New("broken")
	if _, _, err := smallest(3, func([]int) (bool, error) { return false, broken }, func() {}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
