package explain

import (
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// cents is the unit of money: whole US cents.
const cents = "usd_cents"

// separators are what a locale puts between the digits of a number.
type separators struct{ group, decimal string }

// separatorsOf reads them off a number that the locale's own rules have formatted.
// x/text itself formats machine integers and floats only, and amounts may be longer.
func separatorsOf(tag language.Tag) separators {
	sample := message.NewPrinter(tag).Sprint(number.Decimal(7777777.5, number.Scale(1)))
	parts := strings.FieldsFunc(sample, func(r rune) bool { return r == '7' || r == '5' })
	// Locales with digits of their own, or with other group sizes, get the plain form.
	if !strings.HasPrefix(sample, "7") || len(parts) != 3 || parts[0] != parts[1] {
		return separators{group: ",", decimal: "."}
	}
	return separators{group: parts[0], decimal: parts[2]}
}

// number puts the locale's separators into a JSON number. Exponents stay as they
// are: to write them out could take any amount of digits.
func (l Language) number(literal string) string {
	sign, whole, fraction, ok := split(literal)
	if !ok {
		return literal
	}
	grouped := sign + l.group(whole)
	if fraction == "" {
		return grouped
	}
	return grouped + l.separators.decimal + fraction
}

// money puts the decimal separator before the last two digits; there is no
// arithmetic that could round. It refuses what is not a whole number of cents.
func (l Language) money(literal string) (string, bool) {
	sign, whole, fraction, ok := split(literal)
	if !ok || strings.Trim(fraction, "0") != "" {
		return "", false
	}
	if len(whole) < 3 {
		whole = strings.Repeat("0", 3-len(whole)) + whole
	}
	point := len(whole) - 2
	return sign + l.group(whole[:point]) + l.separators.decimal + whole[point:], true
}

// currency is for texts that do not say themselves how an amount is written.
func (l Language) currency(amount string) string {
	if base, _ := l.tag.Base(); base.String() == "en" {
		return "USD " + amount
	}
	return amount + " USD"
}

func (l Language) group(digits string) string {
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(l.separators.group)
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// split takes a number without exponent apart; "-0" loses its sign.
func split(literal string) (sign, whole, fraction string, ok bool) {
	rest, negative := strings.CutPrefix(literal, "-")
	whole, fraction, _ = strings.Cut(rest, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", "", "", false
	}
	if negative && strings.Trim(whole+fraction, "0") != "" {
		sign = "-"
	}
	return sign, whole, fraction, true
}

// singular follows the plural rules of the language; all that it needs of a long
// number are its last digits.
func (l Language) singular(literal string) bool {
	_, whole, fraction, ok := split(literal)
	if !ok {
		return false
	}
	trimmed := strings.TrimRight(fraction, "0")
	form := plural.Cardinal.MatchPlural(l.tag, tail(whole), len(fraction), len(trimmed), tail(fraction), tail(trimmed))
	return form == plural.One
}

// tail is the number modulo 10,000,000, as the plural rules allow; a longer one
// keeps a leading digit, so that 10,000,001 is not taken for 1.
func tail(digits string) int {
	long := len(digits) > 7
	if long {
		digits = digits[len(digits)-7:]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0 // no digits
	}
	if long {
		n += 10_000_000
	}
	return n
}
