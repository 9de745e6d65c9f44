package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"assay/server/decision"
)

// Report writes a whole decision as text for a person: the outcome, a table of all
// findings, and what is to be said of those that count.
func (l Language) Report(program decision.Program, d decision.Decision, result decision.Result) string {
	l.program = program.Name
	var b strings.Builder
	line := func(text string) {
		if text != "" {
			b.WriteString(text + "\n")
		}
	}
	line(pattern(l.words.Headings.Outcome, "outcome", l.Outcome(program.Name, result.Outcome)))
	line(l.heading(d, result))
	line(l.Rollup(program.Name, result))
	b.WriteByte('\n')
	l.writeTable(&b, program.Name, result.Findings)
	for _, f := range result.Findings {
		if f.Due || advisory(f) {
			l.writeFinding(&b, program, f, d.Facts)
		}
	}
	return b.String()
}

// heading says what was asked.
func (l Language) heading(d decision.Decision, result decision.Result) string {
	return l.fill(l.words.Programs[d.Program].Heading, map[string]any{
		"as_of": string(d.AsOf), "version": cmp.Or(result.Version, "–"), "phase": cmp.Or(result.Phase, "–"),
		"action": l.Action(d.Program, d.Action),
	})
}

func (l Language) writeFinding(b *strings.Builder, program decision.Program, f decision.Finding, facts decision.Facts) {
	explanation, action := l.Finding(program.Name, f)
	b.WriteString("\n" + l.Title(program.Name, f.ID) + "\n")
	b.WriteString(indent(explanation, "  "))
	if action != "" && f.Status != decision.Met {
		b.WriteString(indent("→ "+action, "  "))
	}
	if sources := l.Sources(f, facts); sources != "" {
		b.WriteString(indent(sources, "  "))
	}
	if citation, ok := f.Shown["citation"].(map[string]any); ok {
		ref := ""
		if i := slices.IndexFunc(program.Requirements, func(r decision.Requirement) bool { return r.ID == f.ID }); i >= 0 {
			ref = program.Requirements[i].Ref
		}
		b.WriteString(indent(fmt.Sprintf("§ %s %s, %s", ref, citation["title"], citation["url"]), "  "))
	}
}

// writeTable writes a line for each finding, with the statuses in a column.
func (l Language) writeTable(b *strings.Builder, program string, findings []decision.Finding) {
	statuses := make([]string, len(findings))
	width := 0
	for i, f := range findings {
		statuses[i] = mark[f.Status] + " " + l.status(program, string(f.Status))
		switch {
		case advisory(f):
			statuses[i] = "· " + l.status(program, "advisory")
		case !f.Due:
			statuses[i] = "· " + l.status(program, "not_due")
		}
		width = max(width, utf8.RuneCountInString(statuses[i]))
	}
	for i, f := range findings {
		padding := strings.Repeat(" ", width-utf8.RuneCountInString(statuses[i]))
		b.WriteString("  " + statuses[i] + padding + "  " + l.Title(program, f.ID) + "\n")
	}
}

// advisory tells whether the rules recommend it and do not ask for it.
func advisory(f decision.Finding) bool { return !f.Due && slices.Contains(f.Flags, "advisory") }

// status is the program's word for a status, else the language's.
func (l Language) status(program, status string) string {
	if text := l.words.Programs[program].Statuses[status]; text != "" {
		return text
	}
	return l.word(status)
}

var mark = map[decision.Status]string{
	decision.Met: "✓", decision.NotMet: "✗", decision.Unknown: "?", decision.Review: "!",
}

// indent breaks text into lines of a width that people can read.
func indent(text, prefix string) string {
	const width = 88
	var b strings.Builder
	line := prefix
	for _, word := range strings.Fields(text) {
		if len([]rune(line))+1+len([]rune(word)) > width && line != prefix {
			b.WriteString(line + "\n")
			line = prefix
		}
		if line != prefix {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
	return b.String()
}
