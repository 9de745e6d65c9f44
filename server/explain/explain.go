// Package explain turns findings into sentences in the reader's language. The
// sentences, words and patterns are data of the revision that decided; only what
// the locale itself fixes, such as the separators of numbers, is known here. It is
// pure: the same finding and texts give the same sentence.
package explain

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"assay/server/decision"
)

// Language speaks one language of a revision. It may be used concurrently.
type Language struct {
	// program is the one whose requirements values may name; own are the words of what
	// is being told, which come before those of the program and of the language.
	program    string
	own        map[string]string
	words      decision.Language
	tag        language.Tag
	separators separators
}

// New prepares the language with the given BCP 47 tag; the tag settles plurals
// and the separators of numbers. A tag that nobody knows counts as English.
func New(tag string, words decision.Language) Language {
	parsed, err := language.Parse(tag)
	if err != nil {
		parsed = language.English
	}
	return Language{words: words, tag: parsed, separators: separatorsOf(parsed)}
}

// Title is the requirement's name in the language, or its id if the texts have none.
func (l Language) Title(program, requirement string) string {
	if title := l.texts(program, requirement).Title; title != "" {
		return title
	}
	return requirement
}

// Program is the title and the description of a program, else those of its package.
func (l Language) Program(program decision.Program) (title, description string) {
	if texts, found := l.words.Programs[program.Name]; found {
		return texts.Title, texts.Description
	}
	return program.Title, program.Description
}

// Outcomes are all outcomes of the program as people say them.
func (l Language) Outcomes(program string) map[string]string {
	if outcomes := l.words.Programs[program].Outcomes; outcomes != nil {
		return outcomes
	}
	return map[string]string{}
}

// Outcome is the program's outcome as people say it.
func (l Language) Outcome(program string, outcome decision.Outcome) string {
	if text := l.words.Programs[program].Outcomes[string(outcome)]; text != "" {
		return text
	}
	return l.word(string(outcome))
}

// Rollup says what the findings alone give, if that is something else than the outcome.
func (l Language) Rollup(program string, result decision.Result) string {
	if result.Rollup == result.Outcome || result.Rollup == "" {
		return ""
	}
	return l.words.Programs[program].Rollups[string(result.Rollup)]
}

// Action is the program's name for an action.
func (l Language) Action(program, action string) string {
	if text := l.words.Programs[program].Actions[action]; text != "" {
		return text
	}
	return action
}

// Finding says what came out for a requirement of the program and what to do about
// it; action is empty if there is nothing to do. The sentence is that of the
// reason, else that of the status; those of the flags follow.
func (l Language) Finding(program string, finding decision.Finding) (explanation, action string) {
	texts := l.texts(program, finding.ID)
	l.program, l.own = program, texts.Words
	explanation = l.sentences(texts.Found, finding)
	if explanation == "" {
		// Texts may lack a sentence, the reader still gets the status.
		explanation = l.word(string(finding.Status))
	}
	return explanation, l.sentences(texts.Action, finding)
}

// Sources names the facts that a finding rests on: what they are, whose word they are
// and when it was recorded, and apart from those the ones in conflict, with what they say;
// empty if it rests on none. Facts of which source and days are the same are named
// together. The order is that of what is said, not that of ids, in which facts that have
// nothing to do with the finding have a part.
func (l Language) Sources(finding decision.Finding, facts decision.Facts) string {
	type origin struct {
		source     string
		validFrom  decision.Day
		recordedOn decision.Day
	}
	var origins []origin
	var named, conflicting []string
	alike := make(map[origin][]decision.Fact)
	disputed := l.inConflict(finding, facts)
	for _, f := range slices.SortedStableFunc(slices.Values(facts.Of(finding)), asTold) {
		if isOf(disputed, f) {
			conflicting = append(conflicting, l.said(f))
			continue
		}
		o := origin{f.Source, f.ValidFrom, recordedOn(f)}
		if alike[o] == nil {
			origins = append(origins, o)
		}
		alike[o] = append(alike[o], f)
	}
	for _, o := range origins {
		named = append(named, l.report(alike[o]...))
	}
	lines := []string{listed(l.words.Headings.Sources, "sources", named), listed(l.words.Headings.InConflict, "in_conflict", conflicting)}
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), ". ")
}

func asTold(a, b decision.Fact) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.ValidFrom, b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt),
	)
}

// recordedOn is empty for facts that came with the request.
func recordedOn(f decision.Fact) decision.Day {
	if f.RecordedAt.IsZero() {
		return ""
	}
	return decision.DayOf(f.RecordedAt)
}

// inConflict are none in revisions from before they had a heading for them.
func (l Language) inConflict(finding decision.Finding, facts decision.Facts) []decision.Fact {
	if l.words.Headings.InConflict == "" {
		return nil
	}
	return facts.InConflict(finding)
}

func isOf(facts []decision.Fact, f decision.Fact) bool {
	return slices.ContainsFunc(facts, func(other decision.Fact) bool { return other.ID == f.ID })
}

// Overruled names the reports that do not count for a finding, what they say and why they
// do not count, but for those that say the same as what counts and those that Sources has
// in conflict; empty if there are none.
func (l Language) Overruled(finding decision.Finding, facts decision.Facts, reports []decision.Overruled) string {
	texts := map[string]string{
		decision.RecordedLast: l.words.Sources.RecordedLast, decision.RankOfSources: l.words.Sources.RankOfSources,
		decision.EqualRank: l.words.Sources.EqualRank,
	}
	disputed := l.inConflict(finding, facts)
	var named []string
	for _, o := range reports {
		// Revisions from before they named what is overruled have no pattern.
		if text := texts[o.Rule]; text != "" && !o.Agrees && !isOf(disputed, o.Fact) {
			text = l.fill(text, map[string]any{"source": o.Fact.Source, "by": o.By.Source, "report": "{report}"})
			named = append(named, pattern(text, "report", l.said(o.Fact)))
		}
	}
	return listed(l.words.Headings.Overruled, "overruled", named)
}

// said is a report with its id and what it says.
func (l Language) said(f decision.Fact) string {
	var body map[string]any
	dec := json.NewDecoder(bytes.NewReader(f.Body))
	dec.UseNumber()
	if dec.Decode(&body) != nil || len(body) == 0 {
		return l.report(f) + " [" + f.ID + "]" // taken back, or erased
	}
	var values []string
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if number, ok := numberLiteral(body[name]); ok {
			values = append(values, l.quantity(name, number))
		} else if text := l.Value(body[name]); !strings.Contains(text, "…") { // what has no short form stands in the fact
			values = append(values, l.label(name)+": "+text)
		}
	}
	if len(values) == 0 {
		return l.report(f) + " [" + f.ID + "]"
	}
	return l.report(f) + " [" + f.ID + ": " + strings.Join(values, ", ") + "]"
}

// report names facts of one source, from one day and recorded on one day: what they are,
// whose word they are and when it was recorded.
func (l Language) report(facts ...decision.Fact) string {
	var names []any
	for _, f := range facts {
		name := l.words.Kinds[f.Kind]
		if f.Key != "" {
			name += " " + f.Key
		}
		if !slices.Contains(names, any(name)) { // two statements of one source have one name
			names = append(names, name)
		}
	}
	text, day := l.words.Sources.Given, recordedOn(facts[0])
	if day != "" {
		text = l.words.Sources.Recorded
	}
	return l.fill(text, map[string]any{
		"fact": l.list(names, ""), "source": facts[0].Source, "valid_from": string(facts[0].ValidFrom), "recorded_on": string(day),
	})
}

// listed fills the heading with what is named, each once.
func listed(heading, name string, named []string) string {
	var once []string
	for _, n := range named {
		if !slices.Contains(once, n) {
			once = append(once, n)
		}
	}
	if len(once) == 0 || heading == "" {
		return ""
	}
	return pattern(heading, name, strings.Join(once, "; "))
}

func (l Language) texts(program, requirement string) decision.RequirementTexts {
	return l.words.Requirements[program+"/"+requirement]
}

func (l Language) sentences(texts map[string]string, finding decision.Finding) string {
	first, found := texts[finding.Reason]
	if !found {
		first = texts[string(finding.Status)]
	}
	parts := []string{first}
	for _, flag := range finding.Flags {
		parts = append(parts, texts[flag])
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	for i, part := range parts {
		parts[i] = l.fill(part, finding.Shown)
	}
	return strings.Join(parts, " ")
}

// placeholder matches what decision.Placeholders lists.
var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// unknown stands where a sentence names a value that is not there.
const unknown = "…"

// fill goes over the text once, so a value that looks like a placeholder stays as
// it is.
func (l Language) fill(text string, shown map[string]any) string {
	filled := placeholder.ReplaceAllStringFunc(text, func(name string) string {
		return l.Value(shown[name[1:len(name)-1]])
	})
	if len(l.words.Elisions) == 0 || filled == text {
		return filled
	}
	var pairs []string
	for _, words := range slices.Sorted(maps.Keys(l.words.Elisions)) {
		for _, month := range l.words.Months {
			pairs = append(pairs, words+" "+month, l.words.Elisions[words]+" "+month)
		}
	}
	return strings.NewReplacer(pairs...).Replace(filled)
}

// pattern replaces {name} in the texts' own patterns, such as "{day} {month} {year}".
func pattern(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// word says a code: as the texts have it, those nearest first, else as the title of the
// requirement that has it as id, else as it is.
func (l Language) word(code string) string {
	if word, found := l.known(code); found {
		return word
	}
	if l.program != "" {
		return l.Title(l.program, code)
	}
	return code
}

func (l Language) known(code string) (string, bool) {
	for _, words := range []map[string]string{l.own, l.words.Programs[l.program].Words, l.words.Words} {
		if word, found := words[code]; found {
			return word, true
		}
	}
	return "", false
}
