package api

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"assay/server/decision"
	"assay/server/explain"
)

// english is what readers get who understand nothing else that is spoken.
const english = "en"

// spoken lists the languages of the texts, English first: the matcher falls back to
// the first one.
func spoken(texts decision.Texts) []string {
	tags := slices.Sorted(maps.Keys(texts))
	if i := slices.Index(tags, english); i > 0 {
		tags = slices.Insert(slices.Delete(tags, i, i+1), 0, english)
	}
	if len(tags) == 0 {
		return []string{english}
	}
	return tags
}

// choose picks the language of the sentences. What ?lang= asks for must be spoken;
// Accept-Language is a wish, so anything odd in it counts as no wish.
func choose(texts decision.Texts, lang, accept *string) (tag string, speaker explain.Language, err error) {
	tags := spoken(texts)
	parsed := make([]language.Tag, len(tags))
	for i, t := range tags {
		parsed[i] = language.Make(t)
	}
	matcher := language.NewMatcher(parsed)
	chosen := 0
	switch {
	case lang != nil:
		var confidence language.Confidence
		wish, parseErr := language.Parse(*lang)
		if parseErr == nil {
			_, chosen, confidence = matcher.Match(wish)
		}
		if confidence < language.High {
			return "", speaker, failAt(ProblemCodeInvalidParameter, inParameter("lang", "must be one of "+strings.Join(tags, ", ")))
		}
	case accept != nil:
		if wishes, _, parseErr := language.ParseAcceptLanguage(*accept); parseErr == nil && len(wishes) > 0 {
			_, chosen, _ = matcher.Match(wishes...)
		}
	}
	tag = tags[chosen]
	return tag, explain.New(tag, texts[tag]), nil
}
