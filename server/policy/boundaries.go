package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/server/decision"
)

const (
	// ProbesFile lies in the folder cases of a program.
	ProbesFile     = "boundaries.yaml"
	probesContract = contractFolder + "boundaries.json"
)

// probe says which field of which fact carries what a number of the rules is compared
// with, and in whose story.
type probe struct {
	Requirement string `json:"requirement"`
	Value       string `json:"value"`
	CaseRequest
	Fact struct {
		Kind string `json:"kind"`
		Key  string `json:"key"`
	} `json:"fact"`
	Field string `json:"field"`
	// Holds says how: as the number itself; as the day so long before the day asked
	// about; or as a list of so many.
	Holds string `json:"holds"`
}

// notProbed are numbers that no single field of a fact is compared with.
type notProbed struct {
	Requirement string `json:"requirement"`
	Value       string `json:"value"`
	Reason      string `json:"reason"`
}

// Boundary is a number of the rules and what is decided around it.
type Boundary struct {
	// File is that of the probe, Line where it begins.
	File string
	Line int
	// Program, Requirement and Value name the number, Ref is the requirement's.
	Program, Requirement, Ref, Value string
	Unit                             string
	// Limit is the number in force on the day asked about, since Since.
	Limit       json.Number
	Since, AsOf decision.Day
	// Kind, Key and Field are where partners report what is compared with it.
	Kind, Key, Field string
	Rows             []BoundaryRow
}

// BoundaryRow is what is decided on one input.
type BoundaryRow struct {
	// Input is below, at, above, missing or mistyped. Nothing is below zero.
	Input string
	// Holds is what the field holds; nil if it is missing. Count is its length where it is
	// a list, and -1 otherwise.
	Holds   any
	Count   int
	Status  decision.Status
	Reason  string
	Outcome decision.Outcome
}

// Boundaries decides around every number that there is a probe for. The problems are
// numbers that there is none for, probes that probe nothing, and what is met although
// the fact is missing or of the wrong type.
func (r *Revision) Boundaries(ctx context.Context) ([]Boundary, []decision.PolicyProblem) {
	var found problems
	var list []Boundary
	asked := make(map[numberName]bool)
	for _, name := range r.tree.with("/cases/" + ProbesFile) {
		d, err := parseYAML(r.tree[name])
		if err != nil {
			found.add(name, 1, "%v", err)
			continue
		}
		var file struct {
			Probes    []probe     `json:"probes"`
			NotProbed []notProbed `json:"not_probed"`
		}
		if err := d.decode(&file); err != nil {
			found.add(name, 1, "%v", err)
			continue
		}
		for i, p := range file.Probes {
			line := d.line([]string{"probes", itoa(i)})
			b, err := r.probe(ctx, name, p)
			if err != nil {
				found.add(name, line, "%s.%s: %v", p.Requirement, p.Value, err)
				continue
			}
			b.Line = line
			asked[numberName{r.packageOf(b.Program, p.Requirement), p.Value}] = true
			list = append(list, b)
			b.check(&found)
		}
		for i, n := range file.NotProbed {
			if _, err := r.number(caseProgram(name), n.Requirement, n.Value); err != nil {
				found.add(name, d.line([]string{"not_probed", itoa(i)}), "%s.%s: %v", n.Requirement, n.Value, err)
			}
			asked[numberName{r.packageOf(caseProgram(name), n.Requirement), n.Value}] = true
		}
	}
	r.checkAllProbed(asked, &found)
	if err := found.err(); err != nil {
		return list, problemsOf(err)
	}
	return list, nil
}

// numberName names a number of the rules across programs.
type numberName struct{ pkg, value string }

func (r *Revision) packageOf(program, requirement string) string {
	if p := r.programs[program]; p != nil {
		return p.parts[requirement]
	}
	return ""
}

// checkAllProbed: every number has a probe, or a reason not to have one, in one of the
// programs that its requirement is part of.
func (r *Revision) checkAllProbed(asked map[numberName]bool, found *problems) {
	for _, p := range r.Programs() {
		for _, requirement := range p.Requirements {
			pkg := r.packageOf(p.Name, requirement.ID)
			for _, v := range requirement.Values {
				name := numberName{pkg, v.Name}
				if asked[name] || !isNumber(v) {
					continue
				}
				asked[name] = true // once is enough
				file := dataFile(pkg)
				found.add(file, r.documents[file].line([]string{"values", v.Name}),
					"values.%s: no probe asks what is decided around it; add one to %s", v.Name, path.Join(strings.ReplaceAll(p.Name, ".", "/"), "cases", ProbesFile))
			}
		}
	}
}

func isNumber(v decision.DatedValue) bool {
	_, is := v.Entries[0].Value.(json.Number)
	return is
}

// number finds a dated number of a requirement of the program.
func (r *Revision) number(program, requirement, value string) (decision.DatedValue, error) {
	_, v, err := r.requirementNumber(program, requirement, value)
	return v, err
}

func (r *Revision) requirementNumber(program, requirement, value string) (decision.Requirement, decision.DatedValue, error) {
	p, ok := r.programs[program]
	if !ok {
		return decision.Requirement{}, decision.DatedValue{}, fmt.Errorf("there is no program %s", program)
	}
	for _, q := range p.Requirements {
		if q.ID != requirement {
			continue
		}
		for _, v := range q.Values {
			if v.Name == value && isNumber(v) {
				return q, v, nil
			}
		}
		return q, decision.DatedValue{}, fmt.Errorf("the requirement has no number %s", value)
	}
	return decision.Requirement{}, decision.DatedValue{}, fmt.Errorf("%s has no requirement %s", program, requirement)
}

func (r *Revision) probe(ctx context.Context, file string, p probe) (Boundary, error) {
	b := Boundary{
		File: file, Program: caseProgram(file), Requirement: p.Requirement, Value: p.Value, AsOf: p.AsOf,
		Kind: p.Fact.Kind, Key: p.Fact.Key, Field: p.Field,
	}
	requirement, value, err := r.requirementNumber(b.Program, p.Requirement, p.Value)
	if err != nil {
		return b, err
	}
	b.Ref, b.Unit = requirement.Ref, value.Unit
	for _, e := range value.Entries {
		if e.Since <= p.AsOf {
			b.Limit, b.Since = e.Value.(json.Number), e.Since
		}
	}
	if b.Since == "" {
		return b, fmt.Errorf("no value is in force on %s", p.AsOf)
	}
	c := Case{File: file, Program: b.Program, Request: p.CaseRequest}
	if err := r.assemble(&c); err != nil {
		return b, err
	}
	inputs, err := p.inputs(c.facts, b)
	if err != nil {
		return b, err
	}
	for _, in := range inputs {
		row, err := r.decideRow(ctx, c, in, b.Requirement)
		if err != nil {
			return b, err
		}
		b.Rows = append(b.Rows, row)
	}
	return b, nil
}

// input is the fact with one thing in the field.
type input struct {
	name  string
	holds any
	fact  int
	body  []byte
}

// inputs puts into the fact what is just below, at and just above the number, nothing,
// and the number in the wrong type.
func (p probe) inputs(facts []decision.Fact, b Boundary) ([]input, error) {
	i := slices.IndexFunc(facts, func(f decision.Fact) bool { return f.Kind == p.Fact.Kind && f.Key == p.Fact.Key })
	if i < 0 {
		return nil, fmt.Errorf("the story has no fact %s/%s", p.Fact.Kind, p.Fact.Key)
	}
	limit, err := b.Limit.Int64()
	if err != nil {
		return nil, err
	}
	was, err := fieldOf(facts[i].Body, p.Field)
	if err != nil {
		return nil, err
	}
	var inputs []input
	for step, name := range []string{"below", "at", "above"} {
		holds, ok, err := p.at(b, was, limit, step-1)
		if err != nil {
			return nil, err
		}
		if ok {
			inputs = append(inputs, input{name: name, holds: holds, fact: i})
		}
	}
	at, _, err := p.at(b, was, limit, 0)
	if err != nil {
		return nil, err
	}
	inputs = append(inputs, input{name: "missing", fact: i}, input{name: "mistyped", holds: mistyped(at), fact: i})
	for k := range inputs {
		if inputs[k].body, err = withField(facts[i].Body, p.Field, inputs[k].holds); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// at is what the field holds a step away from the number: one unit, or for time one day.
func (p probe) at(b Boundary, was any, limit int64, step int) (holds any, ok bool, err error) {
	n := limit + int64(step)
	switch p.Holds {
	case "list":
		items, _ := was.([]any)
		if len(items) == 0 {
			return nil, false, fmt.Errorf("%s must hold a list with an item to repeat", p.Field)
		}
		return repeated(items[0], int(n)), n >= 0, nil
	case "day":
		day, err := before(b.AsOf, b.Unit, int(limit))
		if err != nil {
			return nil, false, err
		}
		return string(decision.DayOf(day.AddDate(0, 0, -step))), true, nil
	default:
		return json.Number(strconv.FormatInt(n, 10)), n >= 0, nil
	}
}

// before is the day so many months or days earlier. Months are only counted from days
// that every month has: what month ends do is a question of its own.
func before(asOf decision.Day, unit string, n int) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, string(asOf))
	if err != nil {
		return day, fmt.Errorf("as_of: %w", err)
	}
	switch {
	case unit == "days":
		return day.AddDate(0, 0, -n), nil
	case unit == "months" && day.Day() <= 28:
		return day.AddDate(0, -n, 0), nil
	case unit == "months":
		return day, fmt.Errorf("as_of: choose a day before the 29th, so that %d months earlier there is one too", n)
	}
	return day, fmt.Errorf("a day cannot hold %s", unit)
}

// repeated is a list of so many, each of its own name if they have names.
func repeated(item any, n int) []any {
	list := []any{}
	for i := range n {
		next := clone(item)
		if object, ok := next.(map[string]any); ok && i > 0 {
			if name, ok := object["name"].(string); ok {
				object["name"] = name + " " + itoa(i+1)
			}
		}
		list = append(list, next)
	}
	return list
}

// mistyped is text for a number and a number for text; a list becomes its length.
func mistyped(value any) any {
	switch v := value.(type) {
	case json.Number:
		return v.String()
	case []any:
		return json.Number(itoa(len(v)))
	case string:
		return json.Number(strings.ReplaceAll(v, "-", ""))
	}
	return true
}

func fieldOf(body []byte, pointer string) (any, error) {
	object, name, err := parentOf(body, pointer)
	if err != nil {
		return nil, err
	}
	return object.parent[name], nil
}

// withField puts the value into the field, or takes the field away if it is nil.
func withField(body []byte, pointer string, value any) ([]byte, error) {
	object, name, err := parentOf(body, pointer)
	if err != nil {
		return nil, err
	}
	object.parent[name] = value
	if value == nil {
		delete(object.parent, name)
	}
	raw, err := json.Marshal(object.root)
	if err != nil {
		return nil, err
	}
	return decision.Canonical(raw)
}

type fieldPlace struct{ root, parent map[string]any }

// parentOf finds the object that holds the field in a fresh copy of the body.
func parentOf(body []byte, pointer string) (fieldPlace, string, error) {
	var root map[string]any
	if err := strictly(body, &root); err != nil {
		return fieldPlace{}, "", err
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	parent := root
	for _, part := range parts[:len(parts)-1] {
		below, ok := parent[part].(map[string]any)
		if !ok {
			return fieldPlace{}, "", fmt.Errorf("%s: the fact has no %s", pointer, part)
		}
		parent = below
	}
	return fieldPlace{root, parent}, parts[len(parts)-1], nil
}

// decideRow decides as on stored facts. Those of the wrong type are refused before they
// are stored; the rules must not be fooled by them all the same.
func (r *Revision) decideRow(ctx context.Context, c Case, in input, requirement string) (BoundaryRow, error) {
	row := BoundaryRow{Input: in.name, Holds: in.holds, Count: -1}
	if items, ok := in.holds.([]any); ok {
		row.Count = len(items)
	}
	c.facts = slices.Clone(c.facts)
	c.facts[in.fact].Body = in.body
	d, err := r.DecideCase(ctx, c)
	if err != nil {
		return row, err
	}
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return row, err
	}
	row.Outcome = result.Outcome
	i := slices.IndexFunc(result.Findings, func(f decision.Finding) bool { return f.ID == requirement })
	if i < 0 {
		return row, fmt.Errorf("%s is not a part of the program on %s", requirement, c.Request.AsOf)
	}
	row.Status, row.Reason = result.Findings[i].Status, result.Findings[i].Reason
	return row, nil
}

// check: the number makes a difference, and nothing that is missing or of the wrong type
// meets it.
func (b Boundary) check(found *problems) {
	said := make(map[[2]string]bool)
	for _, row := range b.Rows {
		switch row.Input {
		case "missing", "mistyped":
			if row.Status == "met" {
				found.add(b.File, b.Line, "%s.%s: is met although the fact is %s", b.Requirement, b.Value, row.Input)
			}
		default:
			said[[2]string{string(row.Status), row.Reason}] = true
		}
	}
	if len(said) < 2 && b.Limit != "0" {
		found.add(b.File, b.Line, "%s.%s: below, at and above it the same is decided; is %s the field that counts?", b.Requirement, b.Value, b.Field)
	}
}
