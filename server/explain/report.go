package explain

import (
	"strings"

	"assay/server/decision"
)

// Report writes a whole result as text for a person: the outcome, every finding
// that counts, and what is not due yet.
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
	var later []any
	for _, f := range result.Findings {
		if !f.Due {
			later = append(later, l.Title(program, f.ID))
			continue
		}
		explanation, action := l.Finding(program, f)
		b.WriteString("\n" + mark[f.Status] + " " + l.Title(program, f.ID) + ": " + l.word(string(f.Status)) + "\n")
		b.WriteString(indent(explanation, "  "))
		if action != "" && f.Status != decision.Met {
			b.WriteString(indent("→ "+action, "  "))
		}
	}
	if len(later) > 0 {
		b.WriteByte('\n')
		b.WriteString(indent(l.fill(l.words.Headings.NotDue, map[string]any{"requirements": later}), ""))
	}
	return b.String()
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
