package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/server/decision"
)

// Value says a value as people do. Its shape tells what it is: {"usd_cents": n} an
// amount, any other object of one number a counted unit, {"from", "to"} a span,
// {"any_of"} alternatives,
// "YYYY-MM-DD" a day, "YYYY-MM" a month.
func (l Language) Value(value any) string {
	switch value := value.(type) {
	case nil:
		return unknown
	case bool:
		return l.word(strconv.FormatBool(value))
	case string:
		return l.text(value)
	case decision.Day:
		return l.text(string(value))
	case []string:
		parts := make([]any, len(value))
		for i, v := range value {
			parts[i] = v
		}
		return l.list(parts, l.words.And)
	case []any:
		return l.list(value, l.words.And)
	case map[string]any:
		return l.object(value)
	}
	if literal, ok := numberLiteral(value); ok {
		return l.number(literal)
	}
	return fmt.Sprint(value)
}

// numberLiteral accepts what JSON decoders make of a number.
func numberLiteral(value any) (string, bool) {
	switch value := value.(type) {
	case json.Number:
		return value.String(), true
	case int:
		return strconv.Itoa(value), true
	case int64:
		return strconv.FormatInt(value, 10), true
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), true
	}
	return "", false
}

func (l Language) text(s string) string {
	if word, found := l.known(s); found {
		return word
	}
	if len(s) == len(time.DateOnly) {
		if day, err := time.Parse(time.DateOnly, s); err == nil {
			return l.day(day, s)
		}
	}
	if len(s) == len("2006-01") {
		if month, err := time.Parse("2006-01", s); err == nil {
			return l.month(month, s)
		}
	}
	if s == "" {
		return unknown
	}
	return l.word(s)
}

func (l Language) day(day time.Time, raw string) string {
	if l.words.Day == "" || len(l.words.Months) != 12 {
		return raw
	}
	return pattern(l.words.Day, "day", strconv.Itoa(day.Day()), "month", l.words.Months[day.Month()-1], "year", raw[:4])
}

func (l Language) month(month time.Time, raw string) string {
	if l.words.Month == "" || len(l.words.Months) != 12 {
		return raw
	}
	return pattern(l.words.Month, "month", l.words.Months[month.Month()-1], "year", raw[:4])
}

func (l Language) list(values []any, joint string) string {
	if len(values) == 0 {
		return unknown
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = l.Value(v)
	}
	last := len(parts) - 1
	if last == 0 || joint == "" {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts[:last], ", ") + " " + joint + " " + parts[last]
}

func (l Language) object(object map[string]any) string {
	if len(object) == 1 {
		for unit, value := range object {
			if literal, ok := numberLiteral(value); ok {
				return l.quantity(unit, literal)
			}
		}
	}
	if alternatives, ok := object["any_of"].([]any); ok && len(object) == 1 {
		return l.list(alternatives, l.words.Or)
	}
	from, hasFrom := object["from"]
	to, hasTo := object["to"]
	if len(object) == 2 && hasFrom && hasTo && l.words.Range != "" {
		return pattern(l.words.Range, "from", l.Value(from), "to", l.Value(to))
	}
	if title, ok := object["title"].(string); ok {
		return title // a citation
	}
	parts := make([]string, 0, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		parts = append(parts, l.word(name)+": "+l.Value(object[name]))
	}
	if len(parts) == 0 {
		return unknown
	}
	return strings.Join(parts, "; ")
}

func (l Language) quantity(unit, literal string) string {
	form, known := l.words.Units[unit]
	if unit == cents {
		if amount, ok := l.money(literal); ok {
			if known {
				return pattern(form.Other, "n", amount)
			}
			return l.currency(amount)
		}
	}
	n := l.number(literal)
	if !known {
		return n + " " + l.word(unit)
	}
	if l.singular(literal) {
		return pattern(form.One, "n", n)
	}
	return pattern(form.Other, "n", n)
}
