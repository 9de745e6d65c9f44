package impact

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"assay/server/decision"
)

// Say writes values as people do.
type Say struct {
	// Value is over a unit and a value of it, Outcome over a program and its outcome.
	Value   func(unit string, value any) string
	Outcome func(program string, outcome decision.Outcome) string
}

// NewTable writes for a terminal.
func NewTable(w io.Writer, say Say) Writer { return &prose{w: w, say: say, table: true} }

// NewMarkdown writes for a pull request.
func NewMarkdown(w io.Writer, say Say) Writer { return &prose{w: w, say: say} }

// prose is for people: it says nothing before it knows all.
type prose struct {
	w      io.Writer
	say    Say
	table  bool
	header Header
}

func (p *prose) Begin(h Header) error      { p.header = h; return nil }
func (p *prose) Section(Description) error { return nil }
func (p *prose) Turn(Turn) error           { return nil }
func (p *prose) EndSection(Section) error  { return nil }

func (p *prose) End(s Summary) error {
	var b strings.Builder
	if p.table {
		p.writeTable(&b, s)
	} else {
		p.writeMarkdown(&b, s)
	}
	_, err := io.WriteString(p.w, b.String())
	return err
}

func (p *prose) writeTable(b *strings.Builder, s Summary) {
	fmt.Fprintf(b, "live       %s\ncandidate  %s\n", p.header.Live, p.header.Candidate)
	p.list(b, "Values changed", p.values(), "  ")
	p.list(b, "Files changed", p.files(), "  ")
	for _, section := range s.Sections {
		fmt.Fprintf(b, "\nMeasured over %s.\n%s\n", p.text(p.population(section)), p.text(p.verdict(section)))
		p.list(b, "By program", p.programs(section), "  ")
		if len(section.Groups) > 0 {
			fmt.Fprintln(b)
			rows := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
			fmt.Fprintln(rows, "PROGRAM\tBEFORE\tAFTER\tCOUNT\tTURNED BY\tSUBJECTS")
			for _, g := range section.Groups {
				fmt.Fprintf(rows, "%s\t%s\t%s\t%d\t%s\t%s\n", p.text(g.Program), p.outcome(g.Program, g.Before), p.outcome(g.Program, g.After),
					g.Count, p.text(g.By), p.text(someOf(g.Subjects, g.Count)))
			}
			rows.Flush()
		}
		p.list(b, "Findings that became unknown", unknowns(section), "  ")
		p.list(b, "Not decided", failures(section), "  ")
	}
	p.list(b, "Over budget", s.Exceeded, "  ")
	fmt.Fprintf(b, "\n%s\nreport %s\n", evaluation(s), s.ID)
}

func (p *prose) writeMarkdown(b *strings.Builder, s Summary) {
	fmt.Fprintf(b, "## Impact of a policy change\n")
	for _, section := range s.Sections {
		fmt.Fprintf(b, "\n**%s**\n\nMeasured over %s.\n", p.text(p.verdict(section)), p.text(p.population(section)))
	}
	p.list(b, "### Over budget", s.Exceeded, "- ")
	p.list(b, "### Values changed", p.values(), "- ")
	p.list(b, "### Files changed", p.files(), "- ")
	for _, section := range s.Sections {
		below := "###"
		if len(s.Sections) > 1 {
			fmt.Fprintf(b, "\n### What turns %s\n", section.Population.short())
			below = "####"
		}
		p.list(b, below+" By program", p.programs(section), "- ")
		for _, program := range section.Programs {
			if program.Turned > 0 {
				p.program(b, below, program, section.Groups)
			}
		}
		p.list(b, below+" Findings that became unknown", unknowns(section), "- ")
		p.list(b, below+" Not decided", failures(section), "- ")
	}
	fmt.Fprintf(b, "\n%s\n\nLive `%s`, candidate `%s`, report `%s`.\n", evaluation(s), p.header.Live, p.header.Candidate, s.ID)
}

// program lists who turns, by the change that turned them.
func (p *prose) program(b *strings.Builder, heading string, program ProgramSummary, groups []Group) {
	fmt.Fprintf(b, "\n%s %s\n", heading, code(program.Program))
	by := ""
	for _, g := range groups {
		if g.Program != program.Program {
			continue
		}
		if g.By != by {
			by = g.By
			fmt.Fprintf(b, "\nTurned by %s:\n\n", code(by))
		}
		fmt.Fprintf(b, "- %d from *%s* to *%s*", g.Count, p.outcome(g.Program, g.Before), p.outcome(g.Program, g.After))
		if len(g.Findings) > 0 {
			fmt.Fprintf(b, " (%s)", p.text(tally(g.Findings, g.Count)))
		}
		fmt.Fprintf(b, ": %s\n", p.text(someOf(g.Subjects, g.Count)))
	}
}

// list writes the lines under a heading, nothing if there are none.
func (p *prose) list(b *strings.Builder, heading string, lines []string, bullet string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", heading)
	if !p.table {
		b.WriteString("\n")
	}
	for _, line := range lines {
		fmt.Fprintf(b, "%s%s\n", bullet, p.text(line))
	}
}

// text is what goes into the report of what callers and candidates named: the policies
// that are measured are not trusted yet, and an outcome is any text.
func (p *prose) text(s string) string {
	if p.table {
		return Plain(s)
	}
	return markdown(s)
}

func (p *prose) outcome(program string, outcome decision.Outcome) string {
	return p.text(p.say.Outcome(program, outcome))
}

// verdict is the result in a sentence.
func (p *prose) verdict(s Section) string {
	ways := ""
	if len(s.Programs) == 1 {
		ways = p.ways(s.Programs[0])
	}
	return turned(s.Turned, counted(s.Subjects, noun(s.Population))) + ways + "."
}

// programs is a line for each program, if there are several.
func (p *prose) programs(s Section) []string {
	if len(s.Programs) < 2 {
		return nil
	}
	var lines []string
	for _, program := range s.Programs {
		lines = append(lines, program.Program+": "+turned(program.Turned, strconv.Itoa(program.Subjects))+p.ways(program))
	}
	return lines
}

func (p *prose) ways(program ProgramSummary) string {
	var ways []string
	for _, m := range program.Moves {
		ways = append(ways, fmt.Sprintf("%d from %s to %s", m.Count, p.say.Outcome(program.Program, m.Before), p.say.Outcome(program.Program, m.After)))
	}
	if len(ways) == 0 {
		return ""
	}
	return ": " + strings.Join(ways, ", ")
}

func turned(n int, of string) string {
	switch n {
	case 0:
		return "Nobody of " + of + " turns"
	case 1:
		return "1 of " + of + " turns"
	}
	return strconv.Itoa(n) + " of " + of + " turn"
}

func noun(d Description) string {
	switch {
	case d.Of == "decisions":
		return "logged decision"
	case len(d.Programs) > 1:
		return "answer"
	}
	return "partner"
}

func (p *prose) population(s Section) string {
	d := s.Population
	if d.Of == "decisions" {
		of := ""
		if len(d.Programs) > 0 {
			of = " of " + strings.Join(d.Programs, ", ")
		}
		return fmt.Sprintf("the last %s%s up to number %d of the log", counted(s.Subjects, noun(d)), of, d.Newest)
	}
	programs := strings.Join(d.Programs, ", ")
	return fmt.Sprintf("all stored partners as of %s, for %s (facts up to number %d)", p.say.Value("day", string(d.AsOf)), programs, d.Position)
}

// values tells the changes as sentences: the lasting ones, and from which day on.
func (p *prose) values() []string {
	var lines []string
	for _, v := range p.header.Values {
		say := func(value any) string { return p.say.Value(v.Unit, value) }
		var change string
		switch {
		case v.After == nil:
			change = "removed, was " + say(v.Before)
		case v.Before == nil:
			change = "new, " + say(v.After)
		default:
			change = say(v.Before) + " → " + say(v.After)
		}
		lines = append(lines, fmt.Sprintf("%s:%s: %s from %s", v.Folder, v.Name, change, p.say.Value("day", string(v.Since))))
	}
	return lines
}

// files are those on which a decision can depend. The others are counted only.
func (p *prose) files() []string {
	var lines []string
	others := 0
	for _, f := range p.header.Files {
		if isStory(f.Path) {
			others++
			continue
		}
		lines = append(lines, f.Path+" "+f.Change)
	}
	if others > 0 {
		lines = append(lines, counted(others, "file")+" of cases and tests")
	}
	return lines
}

// isStory tells whether the file is a case, its facts, a probe or a test: they decide nothing.
func isStory(file string) bool {
	return strings.HasSuffix(file, "_test.rego") || path.Base(path.Dir(file)) == "cases"
}

func unknowns(s Section) []string {
	var lines []string
	for _, p := range s.Programs {
		for _, id := range slices.Sorted(maps.Keys(p.Unknown)) {
			lines = append(lines, fmt.Sprintf("%s, %s: %d", p.Program, id, p.Unknown[id]))
		}
	}
	return lines
}

func failures(s Section) []string {
	lines := slices.Clone(s.FirstErrors)
	if more := s.Errors - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}

func evaluation(s Summary) string {
	return fmt.Sprintf("Evaluation took %.2f s by the live revision, %.2f s by the candidate: %.2f times as long.",
		s.Evaluation.LiveSeconds, s.Evaluation.CandidateSeconds, s.Evaluation.Ratio)
}

// tally tells how the findings went, with a number where it is not all.
func tally(findings map[string]int, all int) string {
	var parts []string
	for _, f := range slices.Sorted(maps.Keys(findings)) {
		if n := findings[f]; n != all {
			f += " (" + strconv.Itoa(n) + ")"
		}
		parts = append(parts, f)
	}
	return strings.Join(parts, "; ")
}

func someOf(subjects []string, count int) string {
	some := strings.Join(subjects, ", ")
	switch more := count - len(subjects); {
	case len(subjects) == 0:
		return "not listed"
	case more > 0:
		some += fmt.Sprintf(" and %d more", more)
	}
	return some
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Plain is the text as one line without what a terminal would obey: whatever cannot be
// seen becomes a space.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}

// code is for paths: their underscores are no emphasis.
func code(s string) string { return "`" + strings.ReplaceAll(Plain(s), "`", "'") + "`" }

// escaped is what means something in Markdown within a line; GitHub's makes links of bare
// addresses too.
var escaped = strings.NewReplacer(`\`, `\\`, "_", `\_`, "*", `\*`, "`", "\\`", "~", `\~`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "[", `\[`, "|", `\|`,
	"@", "&#64;", "#", `\#`, "://", "&#58;//", "www.", "www&#46;")

// markdown keeps what others named from being read as markup, or as a mention.
func markdown(s string) string { return escaped.Replace(Plain(s)) }
