package decision

import "fmt"

// Verdict is what a revision makes of one requirement, without the values that explain
// it.
type Verdict struct {
	Status Status
	Reason string
	Due    bool
}

// FindingChange is a finding that comes out otherwise by two revisions; nil where only
// one of them has it.
type FindingChange struct {
	ID            string
	Before, After *Verdict
}

// BecameUnknown: it counts, and cannot be determined any more.
func (c FindingChange) BecameUnknown() bool {
	return c.After != nil && c.After.Due && c.After.Status == Unknown &&
		(c.Before == nil || !c.Before.Due || c.Before.Status != Unknown)
}

// DiffFindings compares two results, in the order of the later one's findings; those
// that only the earlier one has come last.
func DiffFindings(before, after Result) []FindingChange {
	var changes []FindingChange
	earlier := verdicts(before)
	for _, f := range after.Findings {
		now := f.verdict()
		was, had := earlier[f.ID]
		delete(earlier, f.ID)
		switch {
		case !had:
			changes = append(changes, FindingChange{ID: f.ID, After: &now})
		case was != now:
			changes = append(changes, FindingChange{f.ID, &was, &now})
		}
	}
	for _, f := range before.Findings {
		if was, left := earlier[f.ID]; left {
			changes = append(changes, FindingChange{ID: f.ID, Before: &was})
		}
	}
	return changes
}

func (f Finding) verdict() Verdict { return Verdict{f.Status, f.Reason, f.Due} }

func verdicts(r Result) map[string]Verdict {
	found := make(map[string]Verdict, len(r.Findings))
	for _, f := range r.Findings {
		found[f.ID] = f.verdict()
	}
	return found
}

// DiffDecisions compares what came out of two decisions.
func DiffDecisions(before, after Decision) ([]FindingChange, error) {
	old, err := ParseResult(before.Result)
	if err != nil {
		return nil, fmt.Errorf("by revision %s: %w", before.Revision, err)
	}
	now, err := ParseResult(after.Result)
	if err != nil {
		return nil, fmt.Errorf("by revision %s: %w", after.Revision, err)
	}
	return DiffFindings(old, now), nil
}
