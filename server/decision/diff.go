package decision

import (
	"maps"
	"path"
	"reflect"
	"slices"
)

// Diff is what differs between two revisions.
type Diff struct {
	Files  []FileChange
	Values []ValueChange
}

// FileChange is a file that only one of them has, or that differs.
type FileChange struct {
	Path   string
	Change string // added, removed or changed
}

// ValueChange is a dated value that is another one from Since on; nil where there is
// none yet, or none any more.
type ValueChange struct {
	// Folder is that of the requirement.
	Folder, Name, Unit string
	Since              Day
	Before, After      any
}

// DiffFiles compares two trees.
func DiffFiles(before, after map[string][]byte) []FileChange {
	var changes []FileChange
	paths := make(map[string]bool)
	for _, files := range []map[string][]byte{before, after} {
		for name := range files {
			paths[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		old, had := before[name]
		now, has := after[name]
		switch {
		case !had:
			changes = append(changes, FileChange{name, "added"})
		case !has:
			changes = append(changes, FileChange{name, "removed"})
		case string(old) != string(now):
			changes = append(changes, FileChange{name, "changed"})
		}
	}
	return changes
}

// DiffValues compares the dated values of two revisions, requirement by requirement.
func DiffValues(before, after Revision) []ValueChange {
	old, now := datedValues(before), datedValues(after)
	names := make(map[valueName]bool)
	for _, values := range []map[valueName]DatedValue{old, now} {
		for name := range values {
			names[name] = true
		}
	}
	var changes []ValueChange
	for _, name := range slices.SortedFunc(maps.Keys(names), valueName.compare) {
		changes = append(changes, diffEntries(name, old[name], now[name])...)
	}
	return changes
}

type valueName struct{ folder, name string }

func (a valueName) compare(b valueName) int {
	return slices.Compare([]string{a.folder, a.name}, []string{b.folder, b.name})
}

func datedValues(r Revision) map[valueName]DatedValue {
	values := make(map[valueName]DatedValue)
	for _, p := range r.Programs() {
		for _, requirement := range p.Requirements {
			for _, v := range requirement.Values {
				values[valueName{path.Dir(requirement.Rule.File), v.Name}] = v
			}
		}
	}
	return values
}

func diffEntries(name valueName, before, after DatedValue) []ValueChange {
	days := make(map[Day]bool)
	for _, v := range []DatedValue{before, after} {
		for _, e := range v.Entries {
			days[e.Since] = true
		}
	}
	var changes []ValueChange
	for _, day := range slices.Sorted(maps.Keys(days)) {
		old, now := before.on(day), after.on(day)
		if reflect.DeepEqual(old, now) {
			continue
		}
		change := ValueChange{Folder: name.folder, Name: name.name, Unit: after.Unit, Since: day, Before: old, After: now}
		if change.Unit == "" {
			change.Unit = before.Unit
		}
		changes = append(changes, change)
	}
	return changes
}

// on is the value in force on the day, nil before the first.
func (v DatedValue) on(day Day) any {
	entry, _ := v.EntryOn(day)
	return entry.Value
}
