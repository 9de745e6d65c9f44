package policy

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/decision"
)

// stewardships are by package: what its METADATA says under authors and custom, or else
// that of the nearest package around it whose scope is subpackages.
type stewardships struct {
	own, below map[string]decision.Stewardship
}

func (r *Revision) stewardships(found *problems) stewardships {
	s := stewardships{make(map[string]decision.Stewardship), make(map[string]decision.Stewardship)}
	for _, entry := range r.compiler.GetAnnotationSet().Flatten() {
		a := entry.Annotations
		if a == nil || a.Scope != "package" && a.Scope != "subpackages" {
			continue
		}
		steward, said, err := stewardshipOf(a)
		if err != nil {
			found.add(entry.Location.File, entry.Location.Row, "%v", err)
		}
		pkg := strings.TrimPrefix(entry.Path.String(), "data.")
		switch {
		case said && a.Scope == "package":
			s.own[pkg] = steward
		case said:
			s.below[pkg] = steward
		}
	}
	return s
}

func (s stewardships) of(pkg string) decision.Stewardship {
	if steward, ok := s.own[pkg]; ok {
		return steward
	}
	for pkg != "" {
		if steward, ok := s.below[pkg]; ok {
			return steward
		}
		cut := strings.LastIndexByte(pkg, '.')
		pkg = pkg[:max(cut, 0)]
	}
	return decision.Stewardship{}
}

func stewardshipOf(a *ast.Annotations) (s decision.Stewardship, said bool, err error) {
	for _, author := range a.Authors {
		name := strings.TrimSpace(author.Name)
		if author.Email != "" {
			name = strings.TrimSpace(name + " <" + author.Email + ">")
		}
		s.Authors = append(s.Authors, name)
	}
	s.Owner, _ = a.Custom["owner"].(string)
	for name, day := range map[string]*decision.Day{"confirmed_on": &s.ConfirmedOn, "review_on": &s.ReviewOn} {
		value, ok := a.Custom[name]
		if !ok {
			continue
		}
		text, _ := value.(string)
		if *day, err = decision.ParseDay(text); err != nil {
			return s, true, fmt.Errorf("custom.%s: %v is not a day: want \"YYYY-MM-DD\", in quotes", name, value)
		}
	}
	return s, len(s.Authors) > 0 || s.Owner != "" || s.ConfirmedOn != "" || s.ReviewOn != "", nil
}

// Overdue names the parts of the tree whose review should have been done by the day,
// each day once.
func (r *Revision) Overdue(day decision.Day) []decision.PolicyProblem {
	var found problems
	for _, p := range r.Programs() {
		for _, requirement := range p.Requirements {
			if s := requirement.Stewardship; s.Overdue(day) {
				found.add(requirement.Rule.File, requirement.Rule.Line, "was to be held against its source by %s%s; last done %s", s.ReviewOn, by(s.Owner), orNever(s.ConfirmedOn))
			}
		}
	}
	return problemsOf(found.err())
}

func by(owner string) string {
	if owner == "" {
		return ""
	}
	return " by " + owner
}

func orNever(day decision.Day) string {
	if day == "" {
		return "never"
	}
	return string(day)
}
