package explain

import (
	"path"
	"slices"
	"strings"

	"assay/server/decision"
)

// Why is what is said of the difference between two decisions.
type Why struct {
	// Text is all of it, Factors what each factor is, and Because a sentence for each set
	// that makes the difference.
	Text             string
	Factors, Because []string
}

// Why tells what made the difference.
func (l Language) Why(w decision.Why) Why {
	program := w.After.Program
	l.program = program
	var told Why
	for _, f := range w.Factors {
		told.Factors = append(told.Factors, l.factor(w, f))
	}
	var alternatives []string
	for _, set := range w.Because {
		var named []any
		for _, i := range set {
			named = append(named, told.Factors[i])
		}
		text := l.words.Why.Together
		if len(set) == 1 {
			text = l.words.Why.One
		}
		factors := l.list(named, l.words.And)
		alternatives = append(alternatives, factors)
		told.Because = append(told.Because, pattern(text, "factors", factors))
	}
	outcome := l.words.Why.Turned
	switch {
	case w.Turned():
	case len(w.Findings) > 0:
		outcome = l.words.Why.Alike
	default:
		outcome = l.words.Why.Same
	}
	sentences := []string{pattern(outcome, "before", l.Outcome(program, w.Before.Outcome), "after", l.Outcome(program, w.After.Outcome))}
	switch len(told.Because) {
	case 0:
	case 1:
		sentences = append(sentences, told.Because[0])
	default:
		sentences = append(sentences, pattern(l.words.Why.Either, "alternatives", strings.Join(alternatives, "; ")))
	}
	if w.Bounded {
		sentences = append(sentences, l.words.Why.Bounded)
	}
	sentences = slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
	told.Text = strings.Join(sentences, " ")
	return told
}

// factor names one thing that differs.
func (l Language) factor(w decision.Why, f decision.Factor) string {
	why := l.words.Why
	switch f.Factor {
	case decision.FactorFact:
		text := why.FactOther
		switch before, after := len(f.Held[0]), len(f.Held[1]); {
		case before == 0 && after > 0:
			text = why.FactNew
		case before > 0 && after == 0:
			text = why.FactGone
		case before > 0 && !slices.EqualFunc(f.Held[0], f.Held[1], sameBody):
			text = why.FactChanged
		}
		fact := l.words.Kinds[f.Kind]
		if fact == "" {
			fact = f.Kind
		}
		if f.Key != "" {
			fact += " " + f.Key
		}
		return pattern(text, "fact", fact, "source", l.word(f.Source))
	case decision.FactorValue:
		return l.fill(pattern(why.Value, "value", f.Unit.Value, "title", l.folder(w, f.Unit.Folder)), map[string]any{
			"before": measured(f.Measure, f.Values[0]), "after": measured(f.Measure, f.Values[1]),
		})
	case decision.FactorRules:
		return pattern(why.Rules, "title", l.folder(w, f.Unit.Folder))
	case decision.FactorAsOf:
		return l.fill(why.AsOf, map[string]any{"before": f.Values[0], "after": f.Values[1]})
	case decision.FactorAction:
		name := func(v any) string {
			action, _ := v.(string)
			return l.Action(w.After.Program, action)
		}
		return pattern(why.Action, "before", name(f.Values[0]), "after", name(f.Values[1]))
	}
	return why.Actor
}

func sameBody(a, b decision.Fact) bool { return string(a.Body) == string(b.Body) }

// measured puts a number and its unit together.
func measured(unit string, value any) any {
	if _, isNumber := numberLiteral(value); isNumber {
		return map[string]any{unit: value}
	}
	return value
}

// folder is the title of the requirement of the program that lies there, else its path.
func (l Language) folder(w decision.Why, folder string) string {
	for _, p := range w.Revision.Programs() {
		for _, r := range p.Requirements {
			if p.Name == w.After.Program && path.Dir(r.Rule.File) == folder {
				return l.Title(p.Name, r.ID)
			}
		}
	}
	return folder
}
