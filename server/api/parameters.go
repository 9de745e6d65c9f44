package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"assay/server/schema"
)

var wholeNumber = regexp.MustCompile(`^-?[0-9]{1,18}$`)

// checkParameters holds every parameter against the document. A misspelt filter
// that is ignored gives a wrong answer without a word, so unknown ones are refused.
func checkParameters(o operation, ctx echo.Context) error {
	query, err := url.ParseQuery(ctx.Request().URL.RawQuery)
	if err != nil {
		return fail(ProblemCodeInvalidParameter, "the query cannot be read: escape what is not a letter or digit as %%XX")
	}
	places := unknownParameters(o, query)
	for _, p := range o.parameters {
		values := p.values(query, ctx)
		switch {
		case len(values) == 0 && p.required:
			places = append(places, inParameter(p.name, "is missing"))
		case len(values) > 1:
			places = append(places, inParameter(p.name, "is there more than once"))
		case len(values) == 1:
			for _, problem := range p.schema.Check(p.value(values[0])) {
				places = append(places, inParameter(p.name, problem.Message))
			}
		}
		if p.name == headerAcceptLanguage {
			ctx.Response().Header().Add(echo.HeaderVary, headerAcceptLanguage)
		}
	}
	if len(places) > 0 {
		return failAt(ProblemCodeInvalidParameter, places...)
	}
	return nil
}

const headerAcceptLanguage = "Accept-Language"

func unknownParameters(o operation, query url.Values) []ProblemPlace {
	var known []string
	for _, p := range o.parameters {
		if p.in == "query" {
			known = append(known, p.name)
		}
	}
	var places []ProblemPlace
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			places = append(places, inParameter(name, "unknown parameter"+schema.Suggest(name, known)))
		}
	}
	return places
}

func (p parameter) values(query url.Values, ctx echo.Context) []string {
	switch p.in {
	case "query":
		return query[p.name]
	case "header":
		headers := ctx.Request().Header
		values := headers[http.CanonicalHeaderKey(p.name)]
		// HTTP lets lists be split over several lines.
		if p.name == headerAcceptLanguage && len(values) > 1 {
			values = []string{strings.Join(values, ", ")}
			headers[headerAcceptLanguage] = values
		}
		return values
	}
	value := ctx.Param(p.name)
	if ctx.Request().URL.RawPath != "" {
		// Echo routes on the escaped path then, and so does what binds it.
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
	}
	return []string{value}
}

// value is what the schema is held against.
func (p parameter) value(text string) any {
	switch {
	case p.kind == "integer" && wholeNumber.MatchString(text):
		return json.Number(text)
	case p.kind == "boolean" && (text == "true" || text == "false"):
		return text == "true"
	}
	return text
}
