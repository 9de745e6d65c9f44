package decision

import (
	"errors"
	"slices"
)

// Shrink takes out of the set what is not needed for it to be enough: first in large
// pieces, in the end one at a time, until nothing more can go. With an error comes what
// was left by then, which is enough.
func Shrink(set []int, enough func([]int) (bool, error)) ([]int, error) {
	for size := max(len(set)/2, 1); ; size = max(size/2, 1) {
		smaller := false
		for start := 0; start < len(set); {
			rest := slices.Concat(set[:start], set[min(start+size, len(set)):])
			ok, err := enough(rest)
			if err != nil {
				return set, err
			}
			if ok {
				set, smaller = rest, true
			} else {
				start += size
			}
		}
		if size == 1 && !smaller {
			return set, nil
		}
	}
}

// errBound ends a search that has tried as much as it may.
var errBound = errors.New("the search has tried as much as it may")

// smallest finds the smallest sets of the numbers below n that are enough: all there are
// of their size. All numbers together must be enough. First each is tried alone; then one
// set that is enough is made as small as can be, and all smaller ones are tried. If enough
// ends one of the two with errBound, the search is bounded: the sets are enough, but there
// may be smaller ones and more of them. again is called before the second.
func smallest(n int, enough func([]int) (bool, error), again func()) (sets [][]int, bounded bool, err error) {
	try := func(size int) error {
		return subsets(n, size, func(set []int) error {
			ok, err := enough(set)
			if ok {
				sets = append(sets, slices.Clone(set))
			}
			return err
		})
	}
	err = try(1)
	if bounded = errors.Is(err, errBound); err != nil && !bounded || len(sets) > 0 {
		return sets, bounded, ignoring(errBound, err)
	}
	again()
	least := make([]int, n)
	for i := range least {
		least[i] = i
	}
	least, err = Shrink(least, enough)
	for size := 2; err == nil && size <= len(least) && len(sets) == 0; size++ {
		err = try(size)
	}
	if len(sets) == 0 {
		sets = [][]int{least}
	}
	return sets, bounded || errors.Is(err, errBound), ignoring(errBound, err)
}

func ignoring(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// subsets calls f with every set of so many of the numbers below n, in order.
func subsets(n, size int, f func([]int) error) error {
	set := make([]int, size)
	var choose func(place, from int) error
	choose = func(place, from int) error {
		if place == size {
			return f(set)
		}
		for i := from; i <= n-(size-place); i++ {
			set[place] = i
			if err := choose(place+1, i+1); err != nil {
				return err
			}
		}
		return nil
	}
	return choose(0, 0)
}
