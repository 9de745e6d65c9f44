package explain

import (
	"maps"
	"reflect"
	"slices"

	"assay/server/decision"
)

// Difference is a finding that two revisions decide, show or tell otherwise. One of the
// two is nil if only the other revision has the finding.
type Difference struct {
	ID            string
	Before, After *decision.Finding
	// Parts name what differs of a finding that both have: status, due, reason, flags,
	// facts, missing, values, title, explanation, action.
	Parts []string
	// Values name the values of Shown that differ.
	Values []string
	// Languages are those of both revisions in which title, explanation or action read
	// otherwise.
	Languages []string
}

// Decided: not only what is shown or told differs, but what came out.
func (d Difference) Decided() bool {
	return d.Before == nil || d.After == nil ||
		slices.ContainsFunc(d.Parts, func(part string) bool { return part == "status" || part == "due" || part == "reason" })
}

// Differences are the findings that differ between the two sides of a preview, in the
// order of the later one's; those that only the earlier one has come last.
func Differences(p decision.Preview) ([]Difference, error) {
	if p.Before == nil {
		return nil, nil
	}
	before, err := decision.ParseResult(p.Before.Result)
	if err != nil {
		return nil, err
	}
	after, err := decision.ParseResult(p.After.Result)
	if err != nil {
		return nil, err
	}
	tongues := bothSpeak(p.Earlier.Texts(), p.Later.Texts())
	var differences []Difference
	earlier := byID(before)
	for _, now := range after.Findings {
		d := Difference{ID: now.ID, After: &now}
		if was, had := earlier[now.ID]; had {
			delete(earlier, now.ID)
			if d = compare(p.After.Program, was, now, tongues); len(d.Parts) == 0 {
				continue
			}
		}
		differences = append(differences, d)
	}
	for _, was := range before.Findings {
		if _, left := earlier[was.ID]; left {
			differences = append(differences, Difference{ID: was.ID, Before: &was})
		}
	}
	return differences, nil
}

func byID(r decision.Result) map[string]decision.Finding {
	found := make(map[string]decision.Finding, len(r.Findings))
	for _, f := range r.Findings {
		found[f.ID] = f
	}
	return found
}

// tongue is a language of both revisions.
type tongue struct {
	tag           string
	before, after Language
}

func bothSpeak(before, after decision.Texts) []tongue {
	var tongues []tongue
	for _, tag := range slices.Sorted(maps.Keys(after)) {
		if words, both := before[tag]; both {
			tongues = append(tongues, tongue{tag, New(tag, words), New(tag, after[tag])})
		}
	}
	return tongues
}

func compare(program string, was, now decision.Finding, tongues []tongue) Difference {
	d := Difference{ID: now.ID, Before: &was, After: &now}
	for name := range maps.Keys(was.Shown) {
		if !reflect.DeepEqual(was.Shown[name], now.Shown[name]) {
			d.Values = append(d.Values, name)
		}
	}
	for name := range maps.Keys(now.Shown) {
		if _, had := was.Shown[name]; !had {
			d.Values = append(d.Values, name)
		}
	}
	slices.Sort(d.Values)
	var title, explanation, action bool
	for _, in := range tongues {
		text, todo := in.before.Finding(program, was)
		newText, newTodo := in.after.Finding(program, now)
		named := in.before.Title(program, was.ID) != in.after.Title(program, now.ID)
		if named || text != newText || todo != newTodo {
			d.Languages = append(d.Languages, in.tag)
		}
		title, explanation, action = title || named, explanation || text != newText, action || todo != newTodo
	}
	for _, part := range []struct {
		name    string
		differs bool
	}{
		{"status", was.Status != now.Status}, {"due", was.Due != now.Due}, {"reason", was.Reason != now.Reason},
		{"flags", !slices.Equal(was.Flags, now.Flags)}, {"facts", !slices.Equal(was.Facts, now.Facts)},
		{"missing", !slices.Equal(was.Missing, now.Missing)}, {"values", len(d.Values) > 0},
		{"title", title}, {"explanation", explanation}, {"action", action},
	} {
		if part.differs {
			d.Parts = append(d.Parts, part.name)
		}
	}
	return d
}
