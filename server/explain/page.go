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
	Mark, Title, Ref, Status, Explanation, Action, Sources, Rule string
	Values                                                       []pair
	Citation                                                     *decision.Citation
}

type pageFact struct{ ID, Name, Source, ValidFrom, ValidTo, RecordedAt, Body string }

// Page writes a whole decision as a page of HTML that stands alone: to print, or to read
// in a browser in many years. There is nothing in it to run or to load. The same decision
// gives the same bytes.
func (l Language) Page(program decision.Program, d decision.Decision, result decision.Result) ([]byte, error) {
	l.program = d.Program
	title, _ := l.Program(program)
	p := page{
		Language: l.tag.String(), Title: title,
		Outcome: pattern(l.words.Headings.Outcome, "outcome", l.Outcome(d.Program, result.Outcome)),
		Heading: l.heading(d, result), Rollup: l.Rollup(d.Program, result), Question: l.question(d),
	}
	for _, f := range result.Findings {
		p.Findings = append(p.Findings, l.pageFinding(program, d, f))
	}
	for _, facts := range [][]decision.Fact{d.Facts.Held, d.Facts.Ended} {
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
	return strings.TrimSpace(a.ID + " (" + l.Value(a.Roles) + ")")
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
	l.own = l.texts(program.Name, f.ID).Words
	for _, name := range slices.SortedFunc(maps.Keys(f.Shown), byImportance) {
		citation, ok := f.Shown[name].(map[string]any)
		if title, isText := citation["title"].(string); ok && isText && name == "citation" {
			url, _ := citation["url"].(string)
			view.Citation = &decision.Citation{Title: title, URL: url}
			continue
		}
		view.Values = append(view.Values, pair{cmp.Or(l.words.Page[name], l.own[name], l.label(name)), l.Value(f.Shown[name])})
	}
	return view
}

// foremost are the values that most requirements show, as a reader asks for them.
var foremost = []string{"required", "actual", "gap", "since", "next_on"}

func byImportance(a, b string) int {
	place := func(name string) int {
		if i := slices.Index(foremost, name); i >= 0 {
			return i
		}
		return len(foremost)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
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
