package policy

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"assay/server/decision"
)

// Days are all that the data and the rules of the tree name, whatever they are for. What
// is decided of the same facts becomes another on these days, or where rules compute with
// days. They are not only those under a key that is called since: what names a day
// otherwise would pass unseen.
func (r *Revision) Days() []decision.Day {
	days := make(map[decision.Day]bool)
	note := func(text string) {
		if day, err := decision.ParseDay(text); err == nil {
			days[day] = true
		}
	}
	for _, document := range r.documents {
		eachText(document.value, note)
	}
	for name, module := range r.modules {
		if isTest(name) {
			continue
		}
		ast.WalkTerms(module, func(term *ast.Term) bool {
			if text, ok := term.Value.(ast.String); ok {
				note(string(text))
			}
			return false
		})
	}
	return slices.Sorted(maps.Keys(days))
}

// eachText hands on every text of decoded data, keys too.
func eachText(value any, hand func(string)) {
	switch value := value.(type) {
	case string:
		hand(value)
	case []any:
		for _, item := range value {
			eachText(item, hand)
		}
	case map[string]any:
		for key, item := range value {
			hand(key)
			eachText(item, hand)
		}
	}
}
