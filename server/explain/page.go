package explain

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"assay/server/decision"
)

//go:embed page.html
var pageHTML string

// What a page says is put in by Page, in one language.
var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"label": func(string) string { return "" }}).Parse(pageHTML))

// page is what stands on one.
type page struct {
	Language, Title, Outcome, Heading, Rollup string
	Question                                  []pair
	Findings                                  []pageFinding
	Facts                                     []pageFact
}

type pair struct{ Name, Value string }

type pageFinding struct {
	Mark, Title, Ref, Status, Explanation, Action, Sources, Overruled, Rule string
	Values                                                                  []pageValue
	Citation                                                                *decision.Citation
}

// pageValue is a value with where it is from, if that is known: a place in the policies, the
// facts that it rests on, or other values.
type pageValue struct{ Name, Value, From string }

type pageFact struct{ ID, Name, Source, ValidFrom, ValidTo, RecordedAt, Body string }

// Page writes a whole decision as a page of HTML that stands alone: to print, or to read
// in a browser in many years. There is nothing in it to run or to load. The same decision
// gives the same bytes. The programs and the rules about facts are those of the revision
// that decided.
func (l Language) Page(programs []decision.Program, rules decision.FactRules, d decision.Decision, result decision.Result) ([]byte, error) {
	l.program = d.Program
	program := decision.Program{Name: d.Program, Title: d.Program}
	if i := slices.IndexFunc(programs, func(p decision.Program) bool { return p.Name == d.Program }); i >= 0 {
		program = programs[i]
	}
	title, _ := l.Program(program)
	p := page{
		Language: l.tag.String(), Title: title,
		Outcome: pattern(l.words.Headings.Outcome, "outcome", l.Outcome(d.Program, result.Outcome)),
		Heading: l.heading(d, result), Rollup: l.Rollup(d.Program, result), Question: l.question(d),
	}
	// uncounted are reports that a later one of the same source replaced: not among the
	// facts that the policies saw.
	var uncounted []decision.Fact
	for _, f := range result.Findings {
		view := l.pageFinding(program, d, f)
		reports := d.Overruled(f, rules)
		view.Overruled = l.Overruled(f, d.Facts, reports)
		for _, o := range reports {
			if !isOf(slices.Concat(d.Facts.Held, d.Facts.Ended, uncounted), o.Fact) {
				uncounted = append(uncounted, o.Fact)
			}
		}
		view.Values = l.values(f, f.Lineage(d.Program, programs))
		p.Findings = append(p.Findings, view)
	}
	for _, facts := range [][]decision.Fact{d.Facts.Held, d.Facts.Ended, uncounted} {
		for _, f := range facts {
			p.Facts = append(p.Facts, l.pageFact(f))
		}
	}
	t, err := pageTemplate.Clone()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Funcs(template.FuncMap{"label": l.label}).Execute(&b, p); err != nil {
		return nil, fmt.Errorf("page of decision %s: %w", d.ID, err)
	}
	return b.Bytes(), nil
}

// label is the language's name for a part of a decision. Trees from before there were
// pages have none, and then it is the name that the API has.
func (l Language) label(name string) string {
	return cmp.Or(l.words.Page[name], strings.ReplaceAll(name, "_", " "))
}

func (l Language) question(d decision.Decision) []pair {
	pairs := []pair{
		{"decision_id", d.ID}, {"program", d.Program}, {"partner", d.Partner}, {"action", l.Action(d.Program, d.Action)}, {"actor", l.actor(d.Actor)},
		{"as_of", l.Value(d.AsOf)}, {"known_at", instant(d.KnownAt)}, {"decided_at", instant(d.DecidedAt)},
		{"revision", d.Revision}, {"facts_digest", d.FactsDigest},
	}
	pairs = slices.DeleteFunc(pairs, func(p pair) bool { return p.Value == "" })
	for i := range pairs {
		pairs[i].Name = l.label(pairs[i].Name)
	}
	return pairs
}

func (l Language) actor(a *decision.Actor) string {
	switch {
	case a == nil:
		return ""
	case len(a.Roles) == 0:
		return a.ID
	}
	roles := make([]string, len(a.Roles))
	for i, role := range a.Roles {
		roles[i] = l.role(role)
	}
	return strings.TrimSpace(a.ID + " (" + strings.Join(roles, ", ") + ")")
}

// role is the name of a role, which may be a word of only the requirement that asks for
// it. The title of a requirement is never that, even if its id is the code of the role.
func (l Language) role(code string) string {
	if word, found := l.known(code); found {
		return word
	}
	for _, name := range slices.Sorted(maps.Keys(l.words.Requirements)) {
		if word, found := l.words.Requirements[name].Words[code]; found && strings.HasPrefix(name, l.program+"/") {
			return word
		}
	}
	return code
}

// instant is as precise as the log: which of two came first must be seen.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000 UTC")
}

func (l Language) pageFinding(program decision.Program, d decision.Decision, f decision.Finding) pageFinding {
	view := pageFinding{
		Mark: mark[f.Status], Title: l.Title(program.Name, f.ID), Status: l.status(program.Name, string(f.Status)), Sources: l.Sources(f, d.Facts),
	}
	switch {
	case advisory(f):
		view.Status += ", " + l.status(program.Name, "advisory")
	case !f.Due:
		view.Status += ", " + l.status(program.Name, "not_due")
	}
	view.Explanation, view.Action = l.Finding(program.Name, f)
	if f.Status == decision.Met {
		view.Action = ""
	}
	if i := slices.IndexFunc(program.Requirements, func(r decision.Requirement) bool { return r.ID == f.ID }); i >= 0 {
		r := program.Requirements[i]
		view.Ref = r.Ref
		if r.Rule.File != "" {
			view.Rule = fmt.Sprintf("%s:%d", r.Rule.File, r.Rule.Line)
		}
	}
	if citation, ok := f.Shown["citation"].(map[string]any); ok {
		title, _ := citation["title"].(string)
		url, _ := citation["url"].(string)
		view.Citation = &decision.Citation{Title: title, URL: url}
	}
	return view
}

// values are what a finding shows, each with where it is from.
func (l Language) values(f decision.Finding, lineage []decision.Lineage) []pageValue {
	l.own = l.texts(l.program, f.ID).Words
	var values []pageValue
	for _, from := range lineage {
		if from.Value == "citation" {
			continue
		}
		v := pageValue{Name: cmp.Or(l.words.Page[from.Value], l.own[from.Value], l.label(from.Value)), Value: l.Value(f.Shown[from.Value])}
		switch {
		case from.Dated != nil:
			v.From = fmt.Sprintf("%s:%d", from.Dated.Place.File, from.Dated.Place.Line)
		case from.Of != nil:
			parts := make([]string, len(from.Of))
			for i, name := range from.Of {
				parts[i] = l.label(name)
			}
			v.From = strings.Join(parts, ", ")
		default:
			v.From = strings.Join(from.Facts, ", ")
		}
		values = append(values, v)
	}
	return values
}

func (l Language) pageFact(f decision.Fact) pageFact {
	view := pageFact{
		ID: f.ID, Name: cmp.Or(l.words.Kinds[f.Kind], f.Kind), Source: l.word(f.Source),
		ValidFrom: l.Value(f.ValidFrom), RecordedAt: instant(f.RecordedAt), Body: string(f.Body),
	}
	if f.Key != "" {
		view.Name += " " + f.Key
	}
	if f.ValidTo != "" {
		view.ValidTo = l.Value(f.ValidTo)
	}
	if view.RecordedAt == "" {
		view.RecordedAt = l.label("given")
	}
	return view
}
