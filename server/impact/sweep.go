package impact

import (
	"context"
	"slices"
	"strings"

	"assay/server/decision"
)

// Sweep counts, for each of the revisions, how many of the population have each
// outcome; "" counts those that could not be decided.
func Sweep(ctx context.Context, p Population, revisions []decision.Revision, progress func(done int)) ([]map[decision.Outcome]int, error) {
	counts := make([]map[decision.Outcome]int, len(revisions))
	for i := range counts {
		counts[i] = make(map[decision.Outcome]int)
	}
	done := 0
	err := each(ctx, p, func(ctx context.Context, subject asked) ([]decision.Outcome, error) {
		outcomes := make([]decision.Outcome, len(revisions))
		for i, revision := range revisions {
			d, err := subject.by(ctx, revision)
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err == nil {
				outcomes[i] = d.Outcome
			}
		}
		return outcomes, nil
	}, func(outcomes []decision.Outcome) error {
		for i, outcome := range outcomes {
			counts[i][outcome]++
		}
		if done++; progress != nil {
			progress(done)
		}
		return nil
	})
	return counts, err
}

// Outcomes are all that occur in the counts, in order.
func Outcomes(counts []map[decision.Outcome]int) []decision.Outcome {
	var all []decision.Outcome
	for _, count := range counts {
		for outcome := range count {
			if !slices.Contains(all, outcome) {
				all = append(all, outcome)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Bar is a count as a bar of at most width characters; what is not nothing shows.
func Bar(n, all, width int) string {
	if n == 0 || all == 0 {
		return ""
	}
	return strings.Repeat("█", max(1, (n*width+all/2)/all))
}
