// Package explain turns findings into sentences in the reader's language. The
// sentences, words and patterns are data of the revision that decided; only what
// the locale itself fixes, such as the separators of numbers, is known here. It is
// pure: the same finding and texts give the same sentence.
package explain

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"assay/server/decision"
)

// Language speaks one language of a revision. It may be used concurrently.
type Language struct {
	// program is the one whose requirements values may name.
	program    string
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

// Outcome is the outcome as people say it.
func (l Language) Outcome(outcome decision.Outcome) string { return l.word(string(outcome)) }

// Finding says what came out for a requirement of the program and what to do about
// it; action is empty if there is nothing to do. The sentence is that of the
// reason, else that of the status; those of the flags follow.
func (l Language) Finding(program string, finding decision.Finding) (explanation, action string) {
	l.program = program
	texts := l.texts(program, finding.ID)
	explanation = l.sentences(texts.Found, finding)
	if explanation == "" {
		// Texts may lack a sentence, the reader still gets the status.
		explanation = l.word(string(finding.Status))
	}
	return explanation, l.sentences(texts.Action, finding)
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

// word says a code: as the texts have it, else as the title of the requirement that
// has it as id, else as it is.
func (l Language) word(code string) string {
	if word, found := l.words.Words[code]; found {
		return word
	}
	if l.program != "" {
		return l.Title(l.program, code)
	}
	return code
}
