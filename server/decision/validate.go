package decision

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// ValidateFacts refuses facts that make no sense: what is wrong with any fact, what its
// kind says about it, and what two of them say together.
func ValidateFacts(revision Revision, facts []Fact) error {
	problems := revision.Validate(facts)
	stated := make(map[factIdentity][]int)
	for i, f := range facts {
		add := func(field, detail string) {
			problems = append(problems, Problem{"/" + strconv.Itoa(i) + "/" + field, detail})
		}
		if !slices.Contains(Sources, f.Source) {
			add("source", "must be one of "+strings.Join(Sources, ", "))
		}
		validateValidity(f, add)
		for _, j := range stated[f.identity()] {
			if f.retracts() != facts[j].retracts() && overlap(f, facts[j]) {
				add("body", "contradicts /facts/"+strconv.Itoa(j)+": one takes back what the other states for the same time")
			}
		}
		stated[f.identity()] = append(stated[f.identity()], i)
	}
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(position(a), position(b)) })
	for i := range problems {
		problems[i].Pointer = "/facts" + problems[i].Pointer
	}
	return &InvalidError{problems}
}

// position is the number of the fact that the problem is about.
func position(p Problem) int {
	index, _, _ := strings.Cut(strings.TrimPrefix(p.Pointer, "/"), "/")
	i, _ := strconv.Atoi(index)
	return i
}

func validateValidity(f Fact, add func(field, detail string)) {
	const wanted = "must be a day, YYYY-MM-DD"
	if _, err := ParseDay(string(f.ValidFrom)); err != nil {
		add("valid_from", wanted)
	}
	if f.ValidTo == "" {
		return
	}
	if _, err := ParseDay(string(f.ValidTo)); err != nil {
		add("valid_to", wanted)
	} else if f.ValidTo <= f.ValidFrom {
		add("valid_to", "must be after valid_from: it is the first day on which the fact does not hold any more")
	}
}

func overlap(a, b Fact) bool {
	return (b.ValidTo == "" || a.ValidFrom < b.ValidTo) && (a.ValidTo == "" || b.ValidFrom < a.ValidTo)
}
