package policy

import (
	"slices"

	"assay/server/decision"
)

// survivorsFile argues, mutant by mutant, why nothing needs to notice it. It is part of
// the tree, so it is reviewed, kept and laid over with the policies it speaks of.
const (
	survivorsFile     = "mutation/survivors.yaml"
	survivorsContract = contractFolder + "survivors.json"
)

// argument is one entry of the file of survivors.
type argument struct {
	File   string `json:"file"`
	Rule   string `json:"rule"` // empty for a dated value
	Change string `json:"change"`
	Reason string `json:"reason"`
}

// place is the rule that it speaks of, or the file if that is one of dated values.
func (a argument) place() string {
	if a.Rule == "" {
		return a.File
	}
	return "the rule " + a.Rule + " of " + a.File
}

// arguments reads the file; the contract has been checked. Lines are those of entries.
func (r *Revision) arguments() (list []argument, lines []int) {
	if r.tree[survivorsFile] == nil {
		return nil, nil
	}
	d, err := parseYAML(r.tree[survivorsFile])
	if err != nil {
		return nil, nil
	}
	var file struct {
		Survivors []argument `json:"survivors"`
	}
	if err := d.decode(&file); err != nil {
		return nil, nil
	}
	for i := range file.Survivors {
		lines = append(lines, d.line([]string{"survivors", itoa(i)}))
	}
	return file.Survivors, lines
}

// Tally counts verdicts, and holds the survivors against the arguments of the tree.
type Tally struct {
	Tried, Killed, Argued int
	unexplained           []Mutant
	arguments             []argument
	lines                 []int
	needed                map[int]bool
	scope                 scope
}

// NewTally starts counting mutants at or below a path.
func NewTally(r *Revision, only string) *Tally {
	t := &Tally{needed: make(map[int]bool), scope: scopeOf(only)}
	t.arguments, t.lines = r.arguments()
	return t
}

// Count adds a verdict and tells whether it is a survivor that nobody has argued.
func (t *Tally) Count(v Verdict) (unexplained bool) {
	t.Tried++
	if v.KilledBy != "" {
		t.Killed++
		return false
	}
	i := slices.IndexFunc(t.arguments, func(a argument) bool { return a.File == v.File && a.Rule == v.Rule && a.Change == v.Change })
	if i >= 0 {
		t.needed[i] = true
		t.Argued++
		return false
	}
	t.unexplained = append(t.unexplained, v.Mutant)
	return true
}

// Survivors is how many there are so far, argued or not.
func (t *Tally) Survivors() int { return t.Tried - t.Killed }

// Unexplained are the survivors that nobody has argued, in the order of the files.
func (t *Tally) Unexplained() []Mutant {
	return slices.SortedFunc(slices.Values(t.unexplained), Mutant.compare)
}

// Outdated are the arguments about what is not there any more, or does not survive. They
// name no lines, so those of a single line cannot be told.
func (t *Tally) Outdated() []decision.PolicyProblem {
	var found problems
	if t.scope.line > 0 {
		return nil
	}
	for i, a := range t.arguments {
		if !t.needed[i] && t.scope.has(a.File) {
			found.add(survivorsFile, t.lines[i], "does not apply any more: no survivor in %s reads %q", a.place(), a.Change)
		}
	}
	return found
}
