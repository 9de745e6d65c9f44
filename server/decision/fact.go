package decision

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fact is one record about a partner. Records are append-only: a correction is
// a later record with the same kind, key and source.
type Fact struct {
	// ID is given by the store; a fact that came with a request has its JSON
	// pointer in that request instead ("/facts/0").
	ID   string
	Kind string
	Key  string
	// Source is who says so: microsoft, assessor, registry or partner.
	Source string
	// The record holds from ValidFrom up to but not including ValidTo; no ValidTo
	// means that no end is known.
	ValidFrom Day
	ValidTo   Day
	// Body is canonical JSON; nil records that nothing holds for that time.
	Body []byte
	// RecordedAt is when Assay learned of it; zero for given facts.
	RecordedAt time.Time
	// Erased are pointers to what was erased since, ErasedAt is when.
	Erased   []string
	ErasedAt time.Time
}

const storedID = "fact-"

// FactID names a stored fact by its place in the log, so that whoever reads a finding can
// see which of two facts came first.
func FactID(seq int64) string { return storedID + strconv.FormatInt(seq, 10) }

// FactSeq is the place in the log of the stored fact with this id; false if it is none.
func FactSeq(id string) (int64, bool) {
	number, ok := strings.CutPrefix(id, storedID)
	seq, err := strconv.ParseInt(number, 10, 64)
	return seq, ok && err == nil && FactID(seq) == id
}

// Facts is what a decision is made from.
type Facts struct {
	// Held are the records that hold on the day.
	Held []Fact
	// Ended are the last records of those that held before the day and do not any
	// more. They let a policy tell a lapse from an absence; nothing is met by them.
	Ended []Fact
}

// Of are the facts that the finding rests on, in its order.
func (f Facts) Of(finding Finding) []Fact {
	var used []Fact
	for _, id := range finding.Facts {
		for _, list := range [][]Fact{f.Held, f.Ended} {
			if i := slices.IndexFunc(list, func(fact Fact) bool { return fact.ID == id }); i >= 0 {
				used = append(used, list[i])
				break
			}
		}
	}
	return used
}

// InConflict are those of the facts that a finding rests on that contradict another one of
// them: they hold, are of one kind and key, and say different things.
func (f Facts) InConflict(finding Finding) []Fact {
	held := where(f.Of(finding), func(fact Fact) bool {
		return slices.ContainsFunc(f.Held, func(other Fact) bool { return other.ID == fact.ID })
	})
	return where(held, func(fact Fact) bool {
		return slices.ContainsFunc(held, func(other Fact) bool {
			return other.Kind == fact.Kind && other.Key == fact.Key && !agree(fact, other)
		})
	})
}

type factIdentity struct{ kind, key, source string }

func (f Fact) identity() factIdentity { return factIdentity{f.Kind, f.Key, f.Source} }

func (f Fact) covers(day Day) bool {
	return f.ValidFrom <= day && (f.ValidTo == "" || day < f.ValidTo)
}

// Select picks from records what counts on the day: of those with the same kind,
// key and source that cover it, the ones recorded last. Several remain only if
// they were recorded together and contradict one another; which of them is right
// is the policy's question. The result is in a fixed order, so that the same
// records always give the same evaluation.
func Select(records []Fact, day Day) Facts {
	records = slices.SortedFunc(slices.Values(records), inOrder)
	var facts Facts
	for start := 0; start < len(records); {
		end := start + 1
		for end < len(records) && records[end].identity() == records[start].identity() {
			end++
		}
		group := records[start:end]
		covering := latest(group, func(f Fact) bool { return f.covers(day) })
		covering = slices.DeleteFunc(covering, Fact.retracts)
		facts.Held = append(facts.Held, covering...)
		if len(covering) == 0 {
			facts.Ended = append(facts.Ended, lastEnded(group, day)...)
		}
		start = end
	}
	return facts
}

func (f Fact) retracts() bool { return f.Body == nil }

// latest keeps what was recorded last among the matching records, each body once.
func latest(records []Fact, match func(Fact) bool) []Fact {
	var last []Fact
	for _, f := range records {
		if !match(f) {
			continue
		}
		if len(last) > 0 && f.RecordedAt.After(last[0].RecordedAt) {
			last = last[:0]
		}
		same := func(g Fact) bool { return string(g.Body) == string(f.Body) && (g.Body == nil) == (f.Body == nil) }
		if len(last) == 0 || !f.RecordedAt.Before(last[0].RecordedAt) && !slices.ContainsFunc(last, same) {
			last = append(last, f)
		}
	}
	return last
}

// lastEnded finds what held last before the day, with the day on which it ended: that
// of its own end, or that from which a later record takes it back.
func lastEnded(records []Fact, day Day) []Fact {
	var ends []Day
	for _, f := range records {
		ends = append(ends, f.ValidFrom)
		if f.ValidTo != "" {
			ends = append(ends, f.ValidTo)
		}
	}
	slices.Sort(ends)
	for _, end := range slices.Backward(slices.Compact(ends)) {
		if end > day {
			continue
		}
		last := latest(records, func(f Fact) bool {
			return f.ValidFrom < end && (f.ValidTo == "" || end <= f.ValidTo)
		})
		last = slices.DeleteFunc(last, Fact.retracts)
		for i := range last {
			last[i].ValidTo = end
		}
		if len(last) > 0 {
			return last
		}
	}
	return nil
}

func inOrder(a, b Fact) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Key, b.Key),
		cmp.Compare(a.Source, b.Source),
		a.RecordedAt.Compare(b.RecordedAt),
		cmp.Compare(a.ValidFrom, b.ValidFrom),
		cmp.Compare(a.ValidTo, b.ValidTo),
		cmp.Compare(a.ID, b.ID),
	)
}

// onTop are stored facts and given ones as if they had been recorded last.
func onTop(stored, given []Fact) []Fact {
	var last time.Time
	for _, f := range stored {
		if f.RecordedAt.After(last) {
			last = f.RecordedAt
		}
	}
	records := slices.Clone(stored)
	for _, f := range given {
		f.RecordedAt = last.Add(time.Microsecond)
		records = append(records, f)
	}
	return records
}

// selectWith selects from stored facts with given ones on top: those count as recorded
// last, so that they win where they hold and change nothing elsewhere.
func selectWith(stored, given []Fact, day Day) Facts {
	isGiven := make(map[string]bool, len(given))
	for _, f := range given {
		isGiven[f.ID] = true
	}
	facts := Select(onTop(stored, given), day)
	for _, list := range [][]Fact{facts.Held, facts.Ended} {
		for i := range list {
			if isGiven[list[i].ID] {
				list[i].RecordedAt = time.Time{}
			}
		}
	}
	return facts
}

// Sources are who may say something, the strongest first.
var Sources = []string{"microsoft", "assessor", "registry", "partner"}
