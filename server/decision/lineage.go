package decision

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
)

// FactRules are how a revision chooses between records that say different things.
type FactRules struct {
	// Ranks are by source; 1 is the strongest.
	Ranks map[string]int
	// Places are where the rules stand, by what they settle.
	Places map[string]Location
}

// What settles which of several records counts.
const (
	// RecordedLast: of the same kind, key and source, the one recorded last counts. It is
	// no rule of the policies: Select is where it is.
	RecordedLast = "recorded_last"
	// RankOfSources: of the same kind and key, the one whose source ranks higher counts.
	RankOfSources = "rank_of_sources"
	// EqualRank: none counts more than the other, so that a person must look.
	EqualRank = "equal_rank"
)

// Overruled is a record that held and was known, and that does not count for a finding.
type Overruled struct {
	Fact Fact
	// Rule is what settled it.
	Rule string
	// By is the record that counts in its place, if only to take this one back; zero for
	// EqualRank.
	By Fact
	// Agrees: the two say the same.
	Agrees bool
	// Rank and ByRank are those of the sources; zero for RecordedLast.
	Rank, ByRank int
}

// Overruled are the records that compete with those the finding rests on, which is to say
// that they are of the same kind and key and hold on the day. Only decisions that were
// read from the log have them.
func (d Decision) Overruled(f Finding, rules FactRules) []Overruled {
	type name struct{ kind, key string }
	var used []name
	for _, fact := range d.Facts.Of(f) {
		if n := (name{fact.Kind, fact.Key}); !slices.Contains(used, n) {
			used = append(used, n)
		}
	}
	var list []Overruled
	for _, n := range used {
		same := func(other Fact) bool { return other.Kind == n.kind && other.Key == n.key }
		list = append(list, superseded(where(d.Records, same), d.AsOf)...)
		list = append(list, outranked(where(d.Facts.Held, same), rules.Ranks)...)
	}
	return list
}

// superseded are the records that a later one of the same source replaces, for the day.
func superseded(records []Fact, day Day) []Overruled {
	var list []Overruled
	covering := where(records, func(f Fact) bool { return f.covers(day) })
	for _, f := range covering {
		last := latest(covering, func(other Fact) bool { return other.Source == f.Source })
		if f.RecordedAt.Before(last[0].RecordedAt) {
			list = append(list, Overruled{Fact: f, Rule: RecordedLast, By: last[0], Agrees: agree(f, last[0])})
		}
	}
	return list
}

// outranked are the records of one kind and key, each the last of its source, that do not
// count because of the others.
func outranked(held []Fact, ranks map[string]int) []Overruled {
	ranked := where(held, func(f Fact) bool { return ranks[f.Source] > 0 })
	if len(ranked) == 0 {
		return nil
	}
	best := slices.MinFunc(ranked, func(a, b Fact) int { return cmp.Compare(ranks[a.Source], ranks[b.Source]) })
	rank := ranks[best.Source]
	leading := where(ranked, func(f Fact) bool { return ranks[f.Source] == rank })
	disputed := slices.ContainsFunc(leading, func(f Fact) bool { return !agree(f, best) })
	var list []Overruled
	for _, f := range ranked {
		switch own := ranks[f.Source]; {
		case own > rank:
			list = append(list, Overruled{Fact: f, Rule: RankOfSources, By: best, Agrees: agree(f, best), Rank: own, ByRank: rank})
		case disputed:
			list = append(list, Overruled{Fact: f, Rule: EqualRank, Rank: own, ByRank: rank})
		}
	}
	return list
}

func where(facts []Fact, holds func(Fact) bool) []Fact {
	return slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return !holds(f) })
}

func agree(a, b Fact) bool {
	return a.retracts() == b.retracts() && string(a.Body) == string(b.Body)
}

// Lineage is where one value of a finding is from.
type Lineage struct {
	// Value is its name: actual, required and so on.
	Value string
	// Facts are the ids of the facts that the value actual rests on. Any other may be the
	// question's or the policies' own, so nothing is said of it. Of are the values that it
	// is made of.
	Facts, Of []string
	// Dated is the value of the policies that it is, if it is one.
	Dated *DatedPlace
	// Rules are where the policies say what it is.
	Rules []Location
}

// DatedPlace is an entry of a dated value.
type DatedPlace struct {
	Name, Unit string
	DatedEntry
}

// Lineage is where the values of a finding are from, by what the programs of the revision
// that decided say of themselves.
func (f Finding) Lineage(program string, programs []Program) []Lineage {
	own := requirementOf(program, f.ID, programs)
	dated := f.dated(own, programs)
	var list []Lineage
	for name := range f.Shown {
		l := Lineage{Value: name, Rules: own.Shown[name]}
		switch name {
		case "actual":
			l.Facts = f.Facts
		case "gap":
			for _, part := range []string{"actual", "required"} {
				if _, shown := f.Shown[part]; shown {
					l.Of = append(l.Of, part)
				}
			}
		case "required", "since", "citation":
			l.Dated = dated
		}
		list = append(list, l)
	}
	order := []string{"actual", "required", "gap", "since", "citation"}
	slices.SortFunc(list, func(a, b Lineage) int {
		place := func(l Lineage) int {
			if i := slices.Index(order, l.Value); i >= 0 {
				return i
			}
			return len(order)
		}
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Value, b.Value))
	})
	return list
}

func requirementOf(program, id string, programs []Program) Requirement {
	for _, p := range programs {
		for _, r := range p.Requirements {
			if p.Name == program && r.ID == id {
				return r
			}
		}
	}
	return Requirement{}
}

// dated is the entry whose value, day and citation the finding shows: of the requirement
// itself or, since one may rest on another, of any. nil if none is, or if more than one
// could be: then nobody can tell which.
func (f Finding) dated(own Requirement, programs []Program) *DatedPlace {
	since, _ := f.Shown["since"].(string)
	required, shown := f.Shown["required"]
	if !shown || since == "" {
		return nil
	}
	matching := func(r Requirement) (found []DatedPlace) {
		for _, v := range r.Values {
			for _, e := range v.Entries {
				if string(e.Since) == since && shows(required, v.Unit, e.Value) && cites(f.Shown["citation"], e.Citation) {
					found = append(found, DatedPlace{v.Name, v.Unit, e})
				}
			}
		}
		return found
	}
	found := matching(own)
	if len(found) == 0 {
		for _, p := range programs {
			for _, r := range p.Requirements {
				for _, place := range matching(r) {
					if !slices.ContainsFunc(found, func(other DatedPlace) bool { return other.Place == place.Place }) {
						found = append(found, place)
					}
				}
			}
		}
	}
	if len(found) != 1 {
		return nil
	}
	return &found[0]
}

// shows tells whether what is shown is the value: in its unit, as alternatives, or bare.
func shows(shown any, unit string, value any) bool {
	if object, ok := shown.(map[string]any); ok && len(object) == 1 {
		for key, inner := range object {
			if key == unit || key == "any_of" {
				shown = inner
			}
		}
	}
	return reflect.DeepEqual(plain(shown), plain(value))
}

// plain makes lists comparable that differ in their order only: choices are sets.
func plain(value any) any {
	switch v := value.(type) {
	case []any:
		texts := make([]string, len(v))
		for i, member := range v {
			raw, _ := json.Marshal(member)
			texts[i] = string(raw)
		}
		slices.Sort(texts)
		return texts
	case json.Number:
		if n, err := canonicalNumber(string(v)); err == nil {
			return n
		}
	}
	return value
}

func cites(shown any, citation Citation) bool {
	object, ok := shown.(map[string]any)
	return !ok || object["url"] == citation.URL && object["title"] == citation.Title
}
