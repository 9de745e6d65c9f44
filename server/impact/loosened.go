package impact

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"assay/server/decision"
)

// loosened says, a line each, where a change would let later changes turn more than the
// budgets did until now. Somebody must agree to that as to what a change turns.
func loosened(before, after map[string]decision.Budget) []string {
	var lines []string
	for _, program := range slices.Sorted(maps.Keys(before)) {
		was := before[program]
		is, ok := after[program]
		if !ok {
			lines = append(lines, program+": its budget would go")
			continue
		}
		for _, limit := range []struct {
			name    string
			was, is *int
		}{
			{"max_newly_not_eligible", was.NewlyNotEligible, is.NewlyNotEligible},
			{"max_newly_unknown", was.NewlyUnknown, is.NewlyUnknown},
			{"max_turned", was.Turned, is.Turned},
		} {
			switch {
			case limit.was == nil: // it bounded nothing
			case limit.is == nil:
				lines = append(lines, fmt.Sprintf("%s: %s would go from %d to no limit", program, limit.name, *limit.was))
			case *limit.is > *limit.was:
				lines = append(lines, fmt.Sprintf("%s: %s would go from %d to %d", program, limit.name, *limit.was, *limit.is))
			}
		}
		// To call another outcome good disarms the limit too: to turn to it is no loss then.
		if was, is := words(was.Good), words(is.Good); was != is {
			lines = append(lines, fmt.Sprintf("%s: good would go from %s to %s", program, was, is))
		}
	}
	return lines
}

func words(outcomes []decision.Outcome) string {
	sorted := make([]string, len(outcomes))
	for i, outcome := range outcomes {
		sorted[i] = strconv.Quote(string(outcome))
	}
	slices.Sort(sorted)
	return strings.Join(slices.Compact(sorted), " and ")
}
