package explain

import (
	"strings"
	"unicode/utf8"

	"assay/server/decision"
)

// Report writes a whole result as text for a person: the outcome, a table of all
// findings, and what is to be said of those that count.
func (l Language) Report(program string, asOf decision.Day, result decision.Result) string {
	var b strings.Builder
	b.WriteString(l.fill(l.words.Headings.Outcome, map[string]any{"outcome": string(result.Outcome)}))
	b.WriteByte('\n')
	b.WriteString(l.fill(l.words.Headings.Rules, map[string]any{
		"as_of": string(asOf), "version": result.Version, "phase": result.Phase,
	}))
	b.WriteByte('\n')
	if result.Rollup != result.Outcome && result.Rollup != "" {
		b.WriteString(l.fill(l.words.Headings.Overridden, map[string]any{"rollup": string(result.Rollup)}))
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	l.writeTable(&b, program, result.Findings)
	for _, f := range result.Findings {
		if !f.Due {
			continue
		}
		explanation, action := l.Finding(program, f)
		b.WriteString("\n" + l.Title(program, f.ID) + "\n")
		b.WriteString(indent(explanation, "  "))
		if action != "" && f.Status != decision.Met {
			b.WriteString(indent("→ "+action, "  "))
		}
	}
	return b.String()
}

// writeTable writes a line for each finding, with the statuses in a column.
func (l Language) writeTable(b *strings.Builder, program string, findings []decision.Finding) {
	statuses := make([]string, len(findings))
	width := 0
	for i, f := range findings {
		statuses[i] = mark[f.Status] + " " + l.word(string(f.Status))
		if !f.Due {
			statuses[i] = "· " + l.word("not_due")
		}
		width = max(width, utf8.RuneCountInString(statuses[i]))
	}
	for i, f := range findings {
		padding := strings.Repeat(" ", width-utf8.RuneCountInString(statuses[i]))
		b.WriteString("  " + statuses[i] + padding + "  " + l.Title(program, f.ID) + "\n")
	}
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
