package db

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// sorted is a list in memory, read as an index is.
func sorted(keys []int64) *postings {
	return &postings{read: func(at, n int64) ([]int64, error) {
		i, _ := slices.BinarySearch(keys, at)
		return slices.Clone(keys[i:min(len(keys), i+int(n))]), nil
	}}
}

// Intersections of unions of lists of all densities give what a plain filter gives, on
// pages of all sizes, from any key to any other.
func TestLeapfrogFindsWhatAFilterFinds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		const keys = 3000
		var factors [][][]int64
		for range 1 + random.IntN(4) {
			var lists [][]int64
			for range random.IntN(4) {
				var list []int64
				density := []float64{0.001, 0.03, 0.5, 1}[random.IntN(4)]
				for key := int64(-keys); key < keys; key++ {
					if random.Float64() < density && (density < 1 || key > 0) {
						list = append(list, key)
					}
				}
				lists = append(lists, list)
			}
			factors = append(factors, lists)
		}
		from, to := int64(random.IntN(2*keys)-keys), int64(random.IntN(2*keys)-keys)
		var want []int64
		for key := from; key < to; key++ {
			if !slices.ContainsFunc(factors, func(lists [][]int64) bool {
				return !slices.ContainsFunc(lists, func(list []int64) bool { _, ok := slices.BinarySearch(list, key); return ok })
			}) {
				want = append(want, key)
			}
		}
		var got []int64
		for size, at := int64(1+random.IntN(40)), from; ; {
			var all intersection
			for _, lists := range factors {
				var united []list
				for _, l := range lists {
					united = append(united, sorted(l))
				}
				all = append(all, newUnion(united...))
			}
			page, err := take(all, at, to, size)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page...)
			if int64(len(page)) < size {
				break
			}
			at = page[len(page)-1] + 1
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, from %d to %d:\n got %v\nwant %v", seed, from, to, got, want)
		}
	}
}

// What one list has and the others have not is leapt over.
func TestLeapfrogReadsLittle(t *testing.T) {
	t.Parallel()
	read := 0
	counted := func(l *postings) *postings {
		plain := l.read
		l.read = func(at, n int64) ([]int64, error) {
			keys, err := plain(at, n)
			read += len(keys)
			return keys, err
		}
		return l
	}
	every := func(step int64) (keys []int64) {
		for key := int64(0); key < 1_000_000; key += step {
			keys = append(keys, key)
		}
		return keys
	}
	got, err := take(intersection{counted(sorted(every(1))), counted(sorted(every(10_000)))}, 0, end, 1000)
	if err != nil || len(got) != 100 {
		t.Fatal(len(got), err)
	}
	if read > 100*4*firstKeys {
		t.Errorf("%d keys were read", read)
	}
}

func TestLeapfrogFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	bad := &postings{read: func(int64, int64) ([]int64, error) { return nil, broken }}
	for name, l := range map[string]list{
		"postings": bad, "intersection": intersection{sorted([]int64{1}), bad}, "union": newUnion(sorted([]int64{1}), bad),
	} {
		if _, err := take(l, 0, end, 10); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
