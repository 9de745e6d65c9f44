package policy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// Mutant is the tree with one thing changed, to see whether a test or a case notices.
type Mutant struct {
	File string
	Line int
	// Rule is the name of the rule that is changed; empty if a dated value is.
	Rule string
	// Change says what is changed in words that stay the same when lines move; within
	// its rule it names one mutant.
	Change string
	// change makes it: of a parsed module, or of the data.
	change func(*Revision)
}

func (m Mutant) String() string {
	if m.Rule == "" {
		return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Change)
	}
	return fmt.Sprintf("%s:%d: %s: %s", m.File, m.Line, m.Rule, m.Change)
}

func (m Mutant) compare(other Mutant) int {
	return cmp.Or(cmp.Compare(m.File, other.File), cmp.Compare(m.Line, other.Line), cmp.Compare(m.Change, other.Change))
}

// Mutants are all of the tree, or of the files and folders at or below a path, or of one
// line (path:line), in the order of the files. The tests themselves are not changed.
func (r *Revision) Mutants(only string) []Mutant {
	scope := scopeOf(only)
	var list []Mutant
	for _, name := range slices.Sorted(maps.Keys(r.modules)) {
		if scope.has(name) && !isTest(name) {
			list = append(list, r.rulesChanged(name)...)
		}
	}
	requirements := r.requirementPackages()
	for _, name := range slices.Sorted(maps.Keys(r.documents)) {
		pkg := strings.ReplaceAll(path.Dir(name), "/", ".")
		if _, ok := requirements[pkg]; ok && scope.has(name) {
			list = append(list, r.valuesChanged(name)...)
		}
	}
	list = numbered(list)
	return slices.DeleteFunc(list, func(m Mutant) bool { return scope.line > 0 && m.Line != scope.line })
}

// scope is a part of the tree.
type scope struct {
	path string
	line int // 0: all
}

func scopeOf(only string) scope {
	if before, after, ok := strings.Cut(only, ":"); ok {
		if line, err := strconv.Atoi(after); err == nil {
			return scope{scopeOf(before).path, line}
		}
	}
	return scope{path: strings.Trim(path.Clean("/"+only), "/")}
}

func (s scope) has(name string) bool {
	return s.path == "" || name == s.path || strings.HasPrefix(name, s.path+"/")
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.rego") }

// numbered tells mutants of one rule apart that read the same. Rules of one name count as
// one: there is nothing else to tell their bodies apart by that stays the same.
func numbered(list []Mutant) []Mutant {
	seen := make(map[[3]string]int)
	for i := range list {
		id := [3]string{list[i].File, list[i].Rule, list[i].Change}
		seen[id]++
		if n := seen[id]; n > 1 {
			list[i].Change += fmt.Sprintf(" (no. %d)", n)
		}
	}
	return list
}

// site is a place in a module that can be changed.
type site struct {
	at     *ast.Location
	rule   string
	change string
	apply  func()
}

// rulesChanged are the mutants of a module. The places are counted in the same order in
// every copy of it, so a mutant is made by changing its place in a copy of its own.
func (r *Revision) rulesChanged(name string) []Mutant {
	module := r.modules[name]
	var list []Mutant
	for i, s := range sites(module) {
		list = append(list, Mutant{File: name, Line: s.at.Row, Rule: s.rule, Change: s.change, change: func(mutated *Revision) {
			changed := module.Copy()
			sites(changed)[i].apply()
			mutated.modules = maps.Clone(mutated.modules)
			mutated.modules[name] = changed
		}})
	}
	return list
}

func sites(module *ast.Module) []site {
	var list []site
	for i, rule := range module.Rules {
		list = append(list, site{rule.Location, ruleName(rule), "rule removed: " + ruleText(rule), func() {
			module.Rules = slices.Delete(module.Rules, i, i+1)
		}})
		list = append(list, sitesIn(rule)...)
	}
	return list
}

// sitesIn walks a rule. What OPA made up itself has no text of its own, and is left.
func sitesIn(rule *ast.Rule) []site {
	var list []site
	add := func(at *ast.Location, apply func(), format string, args ...any) {
		list = append(list, site{at, ruleName(rule), fmt.Sprintf(format, args...), apply})
	}
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			if x.Else != nil {
				add(x.Else.Location, func() { x.Else = nil }, "else removed: %s", inOneLine(x.Else.Location))
			}
		case *ast.Expr:
			if x.Location == nil {
				return false
			}
			if x.Negated {
				add(x.Location, func() { x.Negated = false }, "not dropped: %s", inOneLine(x.Location))
			} else if x.IsCall() && isMembership(x.Operator()) {
				add(x.Location, func() { x.Negated = true }, "not added: %s", inOneLine(x.Location))
			}
			if terms, ok := x.Terms.([]*ast.Term); ok {
				list = append(list, operatorSites(rule, x.Location, terms)...)
			}
		case *ast.Term:
			switch v := x.Value.(type) {
			case ast.Call:
				list = append(list, operatorSites(rule, x.Location, v)...)
			case ast.Boolean:
				if x.Location != nil && string(x.Location.Text) == v.String() {
					add(x.Location, func() { x.Value = !v }, "%t → %t in %s", v, !v, ruleText(rule))
				}
			case ast.Set:
				return v.Until(func(member *ast.Term) bool { _, is := member.Value.(ast.Boolean); return is })
			}
		}
		return false
	}).Walk(rule)
	return list
}

// operators gives what each operator is changed to.
var operators = map[string][]*ast.Builtin{
	ast.GreaterThanEq.Name: {ast.GreaterThan, ast.LessThan},
	ast.GreaterThan.Name:   {ast.GreaterThanEq, ast.LessThanEq},
	ast.LessThanEq.Name:    {ast.LessThan, ast.GreaterThan},
	ast.LessThan.Name:      {ast.LessThanEq, ast.GreaterThanEq},
	ast.Equal.Name:         {ast.NotEqual},
	ast.NotEqual.Name:      {ast.Equal},
	ast.Plus.Name:          {ast.Minus},
	ast.Minus.Name:         {ast.Plus},
	ast.Multiply.Name:      {ast.Divide},
	ast.Divide.Name:        {ast.Multiply},
	ast.Rem.Name:           {ast.Multiply},
	ast.And.Name:           {ast.Or},
	ast.Or.Name:            {ast.And},
	ast.StartsWith.Name:    {ast.EndsWith},
	ast.EndsWith.Name:      {ast.StartsWith},
	ast.Min.Name:           {ast.Max},
	ast.Max.Name:           {ast.Min},
	ast.Floor.Name:         {ast.Ceil},
	ast.Ceil.Name:          {ast.Floor},
	ast.Intersection.Name:  {ast.Union},
	ast.Union.Name:         {ast.Intersection},
	ast.Lower.Name:         {ast.Upper},
	ast.Upper.Name:         {ast.Lower},
}

func operatorSites(rule *ast.Rule, at *ast.Location, terms []*ast.Term) []site {
	if at == nil || len(terms) == 0 {
		return nil
	}
	before := terms[0].Value.String()
	var list []site
	for _, other := range operators[before] {
		list = append(list, site{at, ruleName(rule), fmt.Sprintf("%s → %s in %s", sign(before), sign(other.Name), inOneLine(at)), func() {
			terms[0] = ast.NewTerm(other.Ref()).SetLocation(terms[0].Location)
		}})
	}
	return list
}

// sign is how the operator is written.
func sign(name string) string {
	if b, ok := ast.BuiltinMap[name]; ok && b.Infix != "" {
		return b.Infix
	}
	return name
}

func isMembership(operator ast.Ref) bool {
	name := operator.String()
	return name == ast.Member.Name || name == ast.MemberWithKey.Name
}

func ruleName(rule *ast.Rule) string { return rule.Head.Ref().String() }

// ruleText is the text of a rule; the location of a default has only its first word.
func ruleText(rule *ast.Rule) string {
	if rule.Default {
		return "default " + rule.Head.Ref().String() + " := " + rule.Head.Value.String()
	}
	return inOneLine(rule.Location)
}

// inOneLine is the text of a place, with single spaces; long ones are cut.
func inOneLine(at *ast.Location) string {
	const most = 100
	text := []rune(strings.Join(strings.Fields(string(at.Text)), " "))
	if len(text) > most {
		return string(text[:most-1]) + "…"
	}
	return string(text)
}

// valuesChanged are the mutants of the dated values of a requirement.
func (r *Revision) valuesChanged(name string) []Mutant {
	document := r.documents[name]
	var data requirementData
	if err := document.decode(&data); err != nil {
		return nil // the contract refuses it
	}
	var list []Mutant
	for _, value := range slices.Sorted(maps.Keys(data.Values)) {
		for i, entry := range data.Values[value].Dated {
			for _, other := range others(data.Values[value].OneOf, entry.Value) {
				list = append(list, Mutant{
					File: name, Line: document.line([]string{"values", value, "dated", itoa(i), "value"}),
					Change: fmt.Sprintf("values.%s since %s: %s", value, entry.Since, other.change),
					change: func(mutated *Revision) { mutated.setValue(name, value, i, other.value) },
				})
			}
		}
	}
	return list
}

// other is a value next to one, and how it differs.
type other struct {
	value  any
	change string
}

// others are the values next to a value: one unit less and more, the next choice, the
// set less each of its members.
func others(oneOf []string, value any) []other {
	switch v := value.(type) {
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil
		}
		var list []other
		for _, next := range []int64{n - 1, n + 1} {
			if next >= 0 { // nothing is less than none
				list = append(list, other{json.Number(strconv.FormatInt(next, 10)), fmt.Sprintf("%d → %d", n, next)})
			}
		}
		return list
	case string:
		if len(oneOf) > 1 {
			next := oneOf[(slices.Index(oneOf, v)+1)%len(oneOf)]
			return []other{{next, v + " → " + next}}
		}
	case []any:
		var list []other
		for i, member := range v {
			list = append(list, other{slices.Delete(slices.Clone(v), i, i+1), fmt.Sprintf("without %v", member)})
		}
		return list
	}
	return nil
}

// setValue changes one entry of a dated value in a copy of the data.
func (r *Revision) setValue(name, value string, i int, to any) {
	changed := *r.documents[name]
	changed.value = clone(changed.value)
	entryOf(changed.value, value, i)["value"] = to
	r.documents = maps.Clone(r.documents)
	r.documents[name] = &changed

	r.data = clone(r.data).(map[string]any)
	var place any = r.data
	for _, part := range strings.Split(path.Dir(name), "/") {
		place = place.(map[string]any)[part]
	}
	entryOf(place, value, i)["value"] = to
	r.store = inmem.NewFromObjectWithOpts(r.data, inmem.OptRoundTripOnWrite(false))
}

func entryOf(data any, value string, i int) map[string]any {
	values := data.(map[string]any)["values"].(map[string]any)
	return values[value].(map[string]any)["dated"].([]any)[i].(map[string]any)
}
