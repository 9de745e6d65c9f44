package decision

import (
	"context"
	"path"
)

// Unit is the least part of a change that can be tried alone: one dated value, or all
// else that changed in one folder.
type Unit struct {
	Folder string
	// Value is the name of the dated value; empty if the unit is Files.
	Value string
	Files []string
}

// String names the unit as people do: the folder, and the value after a colon.
func (u Unit) String() string {
	if u.Value == "" {
		return u.Folder
	}
	return u.Folder + ":" + u.Value
}

// Change is what lies between an earlier and a later revision. It may be used
// concurrently.
type Change interface {
	// Units are in a fixed order; empty if nothing that decides has changed.
	Units() []Unit
	// Take is the earlier revision with these units of the later one, named by their
	// place among Units. It need not be fit to serve. A *RefusedError says that the units
	// do not compile without others.
	Take(ctx context.Context, units []int) (Revision, error)
}

// Budget is how much a change may turn in one program before a person must agree. A nil
// limit is none.
type Budget struct {
	// Good are the outcomes that a partner loses something by losing.
	Good []Outcome
	// NewlyNotEligible bounds the subjects that go from a good outcome to one that is
	// not, and that neither asks for facts nor for a person.
	NewlyNotEligible *int
	// NewlyUnknown bounds the subjects with a finding that counts and became unknown.
	NewlyUnknown *int
	// Turned bounds the subjects with another outcome.
	Turned *int
}

// ValueOf finds a dated value by the folder of its requirement and its name.
func ValueOf(r Revision, folder, name string) (DatedValue, bool) {
	v, ok := datedValues(r)[valueName{path.Clean(folder), name}]
	return v, ok
}

// EntryOn is the entry in force on the day; there is none before the first.
func (v DatedValue) EntryOn(day Day) (entry DatedEntry, ok bool) {
	for _, e := range v.Entries {
		if e.Since <= day {
			entry, ok = e, true
		}
	}
	return entry, ok
}
