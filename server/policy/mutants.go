package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

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
	// change makes it: of a module, or of the data.
	change func(*Revision) error
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
// line (path:line), in the order of the files. The tests themselves are not changed. The
// thorough ones are many more: each condition dropped, each number and text of the rules
// changed. A rule that asks twice survives them, so not each of their survivors is argued.
func (r *Revision) Mutants(only string, thorough bool) []Mutant {
	scope := scopeOf(only)
	var list []Mutant
	for _, name := range slices.Sorted(maps.Keys(r.modules)) {
		if scope.has(name) && !isTest(name) {
			list = append(list, r.rulesChanged(name, thorough)...)
		}
	}
	requirements := r.requirementPackages()
	for _, name := range slices.Sorted(maps.Keys(r.documents)) {
		if !scope.has(name) {
			continue
		}
		if _, ok := requirements[strings.ReplaceAll(path.Dir(name), "/", ".")]; ok {
			list = append(list, r.valuesChanged(name)...)
		}
		list = append(list, r.daysChanged(name)...)
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
	apply  func() // nil: text takes the place of what stands there
	text   string
	// thorough is a change that is made only if asked for.
	thorough bool
}

// rulesChanged are the mutants of a module. The places are counted in the same order in
// every copy of it, so a mutant is made by changing its place in a copy of its own. Sets
// and objects find what is in them by what it was when they were made, so literals are
// changed in the text.
func (r *Revision) rulesChanged(name string, thorough bool) []Mutant {
	module := r.modules[name]
	var list []Mutant
	for i, s := range sites(module) {
		if s.thorough && !thorough {
			continue
		}
		list = append(list, Mutant{File: name, Line: s.at.Row, Rule: s.rule, Change: s.change, change: func(mutated *Revision) (err error) {
			changed := module.Copy()
			if s.apply != nil {
				sites(changed)[i].apply()
			} else if changed, err = parseModule(name, s.in(r.tree[name])); err != nil {
				return err
			}
			mutated.modules = maps.Clone(mutated.modules)
			mutated.modules[name] = changed
			return nil
		}})
	}
	return list
}

// in is the text with the place changed. The lines after it stay where they are.
func (s site) in(text []byte) []byte {
	before, was, after := text[:s.at.Offset], s.at.Text, text[s.at.Offset+len(s.at.Text):]
	return slices.Concat(before, []byte(s.text), bytes.Repeat([]byte("\n"), bytes.Count(was, []byte("\n"))), after)
}

func sites(module *ast.Module) []site {
	var list []site
	for i, rule := range module.Rules {
		removed := site{at: rule.Location, change: "rule removed: " + ruleText(rule), apply: func() {
			module.Rules = slices.Delete(module.Rules, i, i+1)
		}}
		for _, s := range append([]site{removed}, sitesIn(rule)...) {
			s.rule = rule.Head.Ref().String()
			list = append(list, s)
		}
	}
	return list
}

// sitesIn walks a rule. What OPA made up itself has no text of its own, and is left.
func sitesIn(rule *ast.Rule) []site {
	var list []site
	add := func(at *ast.Location, apply func(), format string, args ...any) {
		list = append(list, site{at: at, change: fmt.Sprintf(format, args...), apply: apply})
	}
	// Text that is the name of a field is no literal to change, nor what a rule says whole:
	// nothing says "~", so that is as good as removing the rule.
	named := make(map[*ast.Term]bool)
	var expressions []*ast.Location
	literal := func(x *ast.Term, to string) {
		change := fmt.Sprintf("%s → %s in %s", x.Value, to, within(x.Location, expressions, rule))
		list = append(list, site{at: x.Location, change: change, text: to, thorough: true})
	}
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			if x.Else != nil {
				add(x.Else.Location, func() { x.Else = nil }, "else removed: %s", inOneLine(x.Else.Location))
			}
		case *ast.Head:
			named[x.Key], named[x.Value] = true, true
		case *ast.Expr:
			if x.Location == nil {
				return false
			}
			expressions = append(expressions, x.Location)
			if x.Negated {
				add(x.Location, func() { x.Negated = false }, "not dropped: %s", inOneLine(x.Location))
			} else if x.IsCall() && isMembership(x.Operator()) {
				add(x.Location, func() { x.Negated = true }, "not added: %s", inOneLine(x.Location))
			}
			if terms, ok := x.Terms.([]*ast.Term); ok {
				list = append(list, operatorSites(x.Location, terms)...)
			}
			if isCondition(x) {
				list = append(list, site{at: x.Location, change: "condition dropped: " + inOneLine(x.Location), text: "true", thorough: true})
			}
		case ast.Ref:
			for _, part := range x {
				named[part] = true
			}
		case ast.Object:
			for _, key := range x.Keys() {
				named[key] = true
			}
		case *ast.Term:
			switch v := x.Value.(type) {
			case ast.Call:
				list = append(list, operatorSites(x.Location, v)...)
			case ast.Boolean:
				if isWritten(x.Location, v.String()) {
					list = append(list, site{at: x.Location, change: fmt.Sprintf("%t → %t in %s", v, !v, ruleText(rule)), text: ast.Boolean(!v).String()})
				}
			case ast.Number:
				if isWritten(x.Location, v.String()) {
					for _, next := range neighbours(json.Number(v)) {
						literal(x, next.String())
					}
				}
			case ast.String:
				if !named[x] && isWritten(x.Location, v.String()) {
					literal(x, `"~"`)
				}
			}
		}
		return false
	}).Walk(rule)
	return list
}

func isWritten(at *ast.Location, as string) bool { return at != nil && string(at.Text) == as }

// isCondition tells whether an expression only lets through or not. Others bind variables;
// and where a count is more than 0, dropping that is changing it to >= 0.
func isCondition(x *ast.Expr) bool {
	switch terms := x.Terms.(type) {
	case *ast.SomeDecl:
		return false
	case *ast.Term:
		if _, constant := terms.Value.(ast.Boolean); constant {
			return false
		}
	case []*ast.Term:
		if x.IsAssignment() || x.IsEquality() {
			return false
		}
		if x.Operator().String() == ast.GreaterThan.Name && terms[2].Value.Compare(ast.Number("0")) == 0 {
			call, ok := terms[1].Value.(ast.Call)
			return !ok || call[0].Value.String() != ast.Count.Name
		}
	}
	return !bytes.HasPrefix(x.Location.Text, []byte("else"))
}

// within is the text of the innermost of the expressions visited that has the place in
// it, or that of the rule.
func within(at *ast.Location, expressions []*ast.Location, rule *ast.Rule) string {
	for _, e := range slices.Backward(expressions) {
		if e.Offset <= at.Offset && at.Offset+len(at.Text) <= e.Offset+len(e.Text) {
			return inOneLine(e)
		}
	}
	return ruleText(rule)
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

func operatorSites(at *ast.Location, terms []*ast.Term) []site {
	if at == nil || len(terms) == 0 {
		return nil
	}
	before := terms[0].Value.String()
	var list []site
	for _, other := range operators[before] {
		list = append(list, site{at: at, change: fmt.Sprintf("%s → %s in %s", sign(before), sign(other.Name), inOneLine(at)), apply: func() {
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
					change: func(mutated *Revision) error {
						mutated.set(name, []string{"values", value, "dated", itoa(i), "value"}, other.value)
						return nil
					},
				})
			}
		}
	}
	return list
}

// daysChanged moves each day since when something is in force by a day. Nobody asks about
// the day before the first entry of a value, which is often older than what asks for it.
func (r *Revision) daysChanged(name string) []Mutant {
	document := r.documents[name]
	var list []Mutant
	for _, place := range daysSince(document.value, nil) {
		since := at(document.value, place).(string)
		history := strings.Join(slices.DeleteFunc(slices.Clone(place[:len(place)-2]), func(part string) bool { return part == "dated" }), ".")
		day, err := time.Parse(time.DateOnly, since)
		if err != nil {
			continue // the contract refuses it
		}
		for _, moved := range []struct {
			days int
			by   string
		}{{-1, "a day earlier"}, {1, "a day later"}} {
			if place[0] == "values" && place[len(place)-2] == "0" && moved.days < 0 {
				continue
			}
			list = append(list, Mutant{
				File: name, Line: document.line(place),
				Change: fmt.Sprintf("%s since %s: %s", history, since, moved.by),
				change: func(mutated *Revision) error {
					mutated.set(name, place, day.AddDate(0, 0, moved.days).Format(time.DateOnly))
					return nil
				},
			})
		}
	}
	return list
}

// daysSince are the places of the days named since in the entries of lists.
func daysSince(value any, place []string) [][]string {
	var list [][]string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			list = append(list, daysSince(v[key], append(slices.Clone(place), key))...)
		}
	case []any:
		for i, entry := range v {
			if fields, ok := entry.(map[string]any); ok && fields["since"] != nil {
				list = append(list, append(slices.Clone(place), itoa(i), "since"))
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
	var list []other
	switch v := value.(type) {
	case json.Number:
		for _, next := range neighbours(v) {
			list = append(list, other{next, fmt.Sprintf("%s → %s", v, next)})
		}
	case string:
		if len(oneOf) > 1 {
			next := oneOf[(slices.Index(oneOf, v)+1)%len(oneOf)]
			list = append(list, other{next, v + " → " + next})
		}
	case []any:
		for i, member := range v {
			list = append(list, other{slices.Delete(slices.Clone(v), i, i+1), fmt.Sprintf("without %v", member)})
		}
	}
	return list
}

// neighbours are the numbers one unit of the last place less and more, but nothing is less
// than none.
func neighbours(n json.Number) []json.Number {
	value, ok := new(big.Rat).SetString(n.String())
	if !ok || strings.ContainsAny(n.String(), "eE") {
		return nil
	}
	_, fraction, _ := strings.Cut(n.String(), ".")
	unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(fraction))), nil))
	var list []json.Number
	if value.Sign() != 0 {
		list = append(list, json.Number(new(big.Rat).Sub(value, unit).FloatString(len(fraction))))
	}
	return append(list, json.Number(new(big.Rat).Add(value, unit).FloatString(len(fraction))))
}

// set changes one value of a data file in a copy of the data.
func (r *Revision) set(name string, place []string, to any) {
	changed := *r.documents[name]
	changed.value = clone(changed.value)
	setAt(changed.value, place, to)
	r.documents = maps.Clone(r.documents)
	r.documents[name] = &changed

	r.data = clone(r.data).(map[string]any)
	setAt(r.data, append(strings.Split(path.Dir(name), "/"), place...), to)
	r.store = inmem.NewFromObjectWithOpts(r.data, inmem.OptRoundTripOnWrite(false))
}

func setAt(value any, place []string, to any) {
	last := len(place) - 1
	switch v := at(value, place[:last]).(type) {
	case map[string]any:
		v[place[last]] = to
	case []any:
		i, _ := strconv.Atoi(place[last])
		v[i] = to
	}
}

func at(value any, place []string) any {
	for _, part := range place {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			i, _ := strconv.Atoi(part)
			value = v[i]
		}
	}
	return value
}
