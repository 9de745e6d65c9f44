package decision

import (
	"cmp"
	"fmt"
	"slices"
)

// Posting is a finding without its values: what the log can be searched for.
type Posting struct {
	Program, Requirement string
	Status               Status
	Due                  bool
	Reason               string
}

// String names it in a line.
func (v Posting) String() string {
	due := "due"
	if !v.Due {
		due = "not due"
	}
	return fmt.Sprintf("%s of %s: %s, %s, reason %q", v.Requirement, v.Program, v.Status, due, v.Reason)
}

func (v Posting) compare(o Posting) int {
	return cmp.Compare(v.String(), o.String())
}

// Postings are those that the decision's result has, each once and in order.
func (d Decision) Postings() ([]Posting, error) {
	result, err := ParseResult(d.Result)
	if err != nil {
		return nil, err
	}
	var list []Posting
	for _, f := range result.Findings {
		v := Posting{Program: d.Program, Requirement: f.ID, Status: f.Status, Due: f.Due, Reason: f.Reason}
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, Posting.compare)
	return list, nil
}

// Miscount is a count that is not what counting the log again gives.
type Miscount struct {
	Of               string
	Tallied, Counted int64
}
