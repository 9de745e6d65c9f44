package impact

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"assay/server/decision"
)

// Attribution is which of the changes turned a subject.
type Attribution struct {
	// Alone are the changes that give the candidate's outcome without the others, each
	// with the units it cannot be taken without.
	Alone [][]string `json:"alone,omitempty"`
	// Together is, where there is none, a set that does and of which none can be left out
	// by itself. It is minimal so, and need not be the smallest or the only one.
	Together []string `json:"together,omitempty"`
}

// String names the changes in a line.
func (a Attribution) String() string {
	if len(a.Alone) == 0 {
		return strings.Join(a.Together, " and ")
	}
	causes := make([]string, len(a.Alone))
	for i, units := range a.Alone {
		causes[i] = strings.Join(units, " with ")
	}
	return strings.Join(causes, ", or alone ")
}

// attributor finds out which changes turn a subject, by trying them on the live
// revision. It is only asked about subjects that do turn.
type attributor struct {
	change decision.Change
	units  []decision.Unit

	mu sync.Mutex // one revision is made at a time
	// made holds what was compiled, by set of units; nil does not compile.
	made   map[string]decision.Revision
	causes [][]int // once settled
}

func newAttributor(change decision.Change) *attributor {
	return &attributor{change: change, units: change.Units(), made: make(map[string]decision.Revision)}
}

// maxMade bounds the revisions held in memory, besides those of the causes, which every
// subject needs.
const maxMade = 24

func (a *attributor) isCause(key string) bool {
	return slices.ContainsFunc(a.causes, func(units []int) bool { return fmt.Sprint(units) == key })
}

// take makes the revision with the units, nil if they do not compile; a.mu is held.
func (a *attributor) take(ctx context.Context, units []int) (decision.Revision, error) {
	key := fmt.Sprint(units)
	if r, ok := a.made[key]; ok {
		return r, nil
	}
	r, err := a.change.Take(ctx, units)
	var refused *decision.RefusedError
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	if err != nil {
		r = nil
	}
	if len(a.made) >= maxMade+len(a.causes) {
		maps.DeleteFunc(a.made, func(key string, _ decision.Revision) bool { return !a.isCause(key) })
	}
	a.made[key] = r
	return r, nil
}

// settle finds, once, what each unit can be taken with at the least.
func (a *attributor) settle(ctx context.Context) ([][]int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.causes != nil {
		return a.causes, nil
	}
	var causes [][]int
	for i := range a.units {
		cause, err := a.closure(ctx, i)
		if err != nil {
			return nil, err
		}
		if cause != nil && !slices.ContainsFunc(causes, func(c []int) bool { return slices.Equal(c, cause) }) {
			causes = append(causes, cause)
		}
	}
	a.causes = causes
	return causes, nil
}

// closure is the unit with what it needs to compile, nil if not even the whole change
// compiles.
func (a *attributor) closure(ctx context.Context, unit int) ([]int, error) {
	compiles := func(units []int) (bool, error) {
		r, err := a.take(ctx, units)
		return r != nil, err
	}
	if ok, err := compiles([]int{unit}); ok || err != nil {
		return []int{unit}, err
	}
	if ok, err := compiles(a.all()); !ok || err != nil {
		return nil, err
	}
	return decision.Shrink(a.all(), func(units []int) (bool, error) {
		if !slices.Contains(units, unit) {
			return false, nil
		}
		return compiles(units)
	})
}

func (a *attributor) all() []int {
	all := make([]int, len(a.units))
	for i := range all {
		all[i] = i
	}
	return all
}

// attribute says which changes give the outcome that the candidate gives.
func (a *attributor) attribute(ctx context.Context, subject asked, outcome decision.Outcome) (Attribution, error) {
	causes, err := a.settle(ctx)
	if err != nil {
		return Attribution{}, err
	}
	gives := func(units []int) (bool, error) {
		a.mu.Lock()
		revision, err := a.take(ctx, units)
		a.mu.Unlock()
		if err != nil || revision == nil {
			return false, err
		}
		d, err := subject.by(ctx, revision)
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		return err == nil && d.Outcome == outcome, nil // in between, some questions make no sense
	}
	var alone [][]int
	for _, cause := range causes {
		ok := len(a.units) == 1 // nothing to try: the unit is the change
		if !ok {
			if ok, err = gives(cause); err != nil {
				return Attribution{}, err
			}
		}
		if ok {
			alone = append(alone, cause)
		}
	}
	if alone = leastOf(alone); len(alone) > 0 {
		return Attribution{Alone: a.names(alone)}, nil
	}
	together, err := decision.Shrink(a.all(), gives)
	if err != nil {
		return Attribution{}, err
	}
	return Attribution{Together: a.names([][]int{together})[0]}, nil
}

// leastOf leaves out what holds another of the sets.
func leastOf(sets [][]int) [][]int {
	return slices.DeleteFunc(slices.Clone(sets), func(set []int) bool {
		return slices.ContainsFunc(sets, func(other []int) bool {
			return len(other) < len(set) && !slices.ContainsFunc(other, func(i int) bool { return !slices.Contains(set, i) })
		})
	})
}

func (a *attributor) names(sets [][]int) [][]string {
	named := make([][]string, len(sets))
	for i, set := range sets {
		for _, unit := range set {
			named[i] = append(named[i], a.units[unit].String())
		}
	}
	return named
}
