package decision

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Why says what made one decision come out otherwise than an earlier one about the same
// program.
type Why struct {
	Before, After Decision
	// Revision is the one that made the later decision.
	Revision Revision
	// Findings are those that differ.
	Findings []FindingChange
	// Factors are all that differs in what the two were made from and can matter.
	Factors []Factor
	// Because are the smallest sets of factors, by their places, that give the later
	// decision when they are put into the question of the earlier one. None if the two
	// came out alike.
	Because [][]int
	// Bounded: not every set was tried. Those in Because make the difference, and nothing
	// was found that could be left out of them, but there may be smaller ones, and more.
	Bounded bool
}

// Turned: the outcome is another one.
func (w Why) Turned() bool { return w.Before.Outcome != w.After.Outcome }

// What a factor is.
const (
	FactorAction = "action"
	FactorActor  = "actor"
	FactorAsOf   = "as_of" // the passing of time
	FactorFact   = "fact"
	FactorValue  = "value" // a dated value of the rules
	FactorRules  = "rules" // all else in one folder of the policies
)

// Factor is one thing that differs between what two decisions were made from.
type Factor struct {
	Factor string
	// Kind, Key and Source name a fact; Held are the records of it that held, each on the
	// day of its decision.
	Kind, Key, Source string
	Held              [2][]Fact
	// Unit is a part of the change of the policies.
	Unit Unit
	// Measure is the unit of a dated value.
	Measure string
	// Values are of the question, and of a dated value on the day: before and after.
	Values [2]any
}

// ID names the factor among those of its comparison.
func (f Factor) ID() string {
	switch f.Factor {
	case FactorFact:
		return f.Factor + ":" + strings.Join([]string{f.Kind, f.Key, f.Source}, "/")
	case FactorValue, FactorRules:
		return f.Factor + ":" + f.Unit.String()
	}
	return f.Factor
}

// Between finds what lies between two revisions.
type Between func(ctx context.Context, from, to Revision) (Change, error)

// ErrErased: what a logged decision rested on was erased, so it cannot be asked again.
var ErrErased = errors.New("values of the decision were erased")

// ErrReplayDiffers: a logged decision does not come out again, so nothing can be said of
// why it came out.
var ErrReplayDiffers = errors.New("the decision does not come out again as it was logged")

// Why compares two logged decisions. What may be tried is bounded, so that it comes to an
// end whatever lies between them.
func (s *Service) Why(ctx context.Context, before, after string, between Between) (Why, error) {
	var w Why
	var err error
	if w.Before, err = s.Store.Decision(ctx, before); err != nil {
		return w, err
	}
	if w.After, err = s.Store.Decision(ctx, after); err != nil {
		return w, err
	}
	if w.Before.Erased() || w.After.Erased() {
		return w, ErrErased
	}
	if w.Before.Program != w.After.Program {
		return w, Invalid("", "the one is about %s and the other about %s: only decisions about the same program can be compared", w.Before.Program, w.After.Program)
	}
	if w.Findings, err = DiffDecisions(w.Before, w.After); err != nil {
		return w, err
	}
	c, err := s.compare(ctx, w.Before, w.After, between)
	if err != nil {
		return w, err
	}
	w.Factors, w.Revision = c.factors, c.revisions[1]
	if !w.Turned() && len(w.Findings) == 0 {
		return w, nil
	}
	w.Because, w.Bounded, err = smallest(len(c.factors), func(set []int) (bool, error) { return c.gives(ctx, set) }, c.allow)
	return w, err
}

// comparison puts parts of one decision's question into another's.
type comparison struct {
	asked     [2]Decision
	revisions [2]Revision
	change    Change
	// records are all stored and given facts, by what they are about.
	records [2]map[factIdentity]records
	factors []Factor
	// units are the places, among the units of the change, of the factors that are any.
	units map[int]int
	// made are the revisions in between, by the units they have; nil does not compile.
	made  map[string]Revision
	known map[string]bool
	// mayMake and mayEvaluate are how many of them there may be.
	mayMake, mayEvaluate int
}

type records struct{ stored, given []Fact }

// What each half of a search may take. To compile is dear, to evaluate is not.
const (
	maxMade      = 32
	maxEvaluated = 500
)

func (c *comparison) allow() {
	c.mayMake, c.mayEvaluate = len(c.made)+maxMade, len(c.known)+maxEvaluated
}

func (s *Service) compare(ctx context.Context, before, after Decision, between Between) (*comparison, error) {
	c := &comparison{asked: [2]Decision{before, after}, units: make(map[int]int), made: make(map[string]Revision), known: make(map[string]bool)}
	// What was recorded of later days is no part of a decision, but must be there for the
	// later of the two days.
	day := max(before.AsOf, after.AsOf)
	for i, d := range c.asked {
		revision, err := s.Revisions.Revision(ctx, d.Revision)
		if errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("decision %s: %w: %v", d.ID, ErrReplayDiffers, err)
		}
		if err != nil {
			return nil, fmt.Errorf("decision %s: %w", d.ID, err)
		}
		c.revisions[i] = revision
		d.AsOf = day
		stored, given, err := Recollect(ctx, s.Store, d)
		if err != nil {
			return nil, err
		}
		c.records[i] = byIdentity(stored, given)
	}
	c.addQuestion()
	c.addFacts()
	if err := c.addChange(ctx, between); err != nil {
		return nil, err
	}
	c.allow()
	return c, c.check(ctx)
}

func byIdentity(stored, given []Fact) map[factIdentity]records {
	all := make(map[factIdentity]records)
	for _, f := range stored {
		r := all[f.identity()]
		r.stored = append(r.stored, f)
		all[f.identity()] = r
	}
	for _, f := range given {
		r := all[f.identity()]
		r.given = append(r.given, f)
		all[f.identity()] = r
	}
	return all
}

func (c *comparison) addQuestion() {
	before, after := c.asked[0], c.asked[1]
	if before.Action != after.Action {
		c.factors = append(c.factors, Factor{Factor: FactorAction, Values: [2]any{before.Action, after.Action}})
	}
	if !reflect.DeepEqual(before.Actor, after.Actor) {
		c.factors = append(c.factors, Factor{Factor: FactorActor, Values: [2]any{before.Actor, after.Actor}})
	}
	if before.AsOf != after.AsOf {
		c.factors = append(c.factors, Factor{Factor: FactorAsOf, Values: [2]any{before.AsOf, after.AsOf}})
	}
}

// addFacts finds the facts of which something else is known, on either of the two days.
func (c *comparison) addFacts() {
	identities := maps.Clone(c.records[0])
	maps.Copy(identities, c.records[1])
	for _, id := range slices.SortedFunc(maps.Keys(identities), factIdentity.compare) {
		differs := false
		for _, d := range c.asked {
			if !sameFacts(c.selected(0, id, d.AsOf), c.selected(1, id, d.AsOf)) {
				differs = true
			}
		}
		if !differs {
			continue
		}
		f := Factor{Factor: FactorFact, Kind: id.kind, Key: id.key, Source: id.source}
		for i, d := range c.asked {
			f.Held[i] = c.selected(i, id, d.AsOf).Held
		}
		c.factors = append(c.factors, f)
	}
}

func (a factIdentity) compare(b factIdentity) int {
	return slices.Compare([]string{a.kind, a.key, a.source}, []string{b.kind, b.key, b.source})
}

func (c *comparison) selected(side int, id factIdentity, day Day) Facts {
	r := c.records[side][id]
	return selectWith(r.stored, named(r.given), day)
}

// sameFacts compares what a policy sees of them, but for their names.
func sameFacts(a, b Facts) bool {
	plain := func(list []Fact) []Fact {
		list = slices.Clone(list)
		for i := range list {
			list[i].ID, list[i].RecordedAt = "", time.Time{}
		}
		return list
	}
	return reflect.DeepEqual(plain(a.Held), plain(b.Held)) && reflect.DeepEqual(plain(a.Ended), plain(b.Ended))
}

func (c *comparison) addChange(ctx context.Context, between Between) error {
	if c.revisions[0].Digest() == c.revisions[1].Digest() {
		return nil
	}
	var err error
	if c.change, err = between(ctx, c.revisions[0], c.revisions[1]); err != nil {
		return err
	}
	// Values first: to put them in costs little.
	for _, values := range []bool{true, false} {
		for i, unit := range c.change.Units() {
			if values != (unit.Value != "") {
				continue
			}
			f := Factor{Factor: FactorRules, Unit: unit}
			if values {
				f.Factor = FactorValue
				f.Measure, f.Values = c.valuesOf(unit)
			}
			c.units[len(c.factors)] = i
			c.factors = append(c.factors, f)
		}
	}
	return nil
}

// valuesOf are the two values on the day of the later decision, or on that of the earlier
// one if they are the same on the later.
func (c *comparison) valuesOf(unit Unit) (measure string, values [2]any) {
	var found [2]DatedValue
	for i, revision := range c.revisions {
		found[i], _ = ValueOf(revision, path.Clean(unit.Folder), unit.Value)
	}
	for _, day := range []Day{c.asked[1].AsOf, c.asked[0].AsOf} {
		values = [2]any{found[0].on(day), found[1].on(day)}
		if !reflect.DeepEqual(values[0], values[1]) {
			break
		}
	}
	return found[1].Unit, values
}

// check: nothing can be said of decisions that do not come out again.
func (c *comparison) check(ctx context.Context) error {
	all := make([]int, len(c.factors))
	for i := range all {
		all[i] = i
	}
	for i, set := range [][]int{nil, all} {
		d, err := c.with(ctx, set)
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("decision %s: %w: %w", c.asked[i].ID, ErrReplayDiffers, err)
		}
		changes, err := DiffDecisions(c.asked[i], d)
		if err != nil {
			return err
		}
		if d.Outcome != c.asked[i].Outcome || len(changes) > 0 {
			return fmt.Errorf("decision %s: %w", c.asked[i].ID, ErrReplayDiffers)
		}
	}
	return nil
}

// gives tells whether the earlier decision comes out as the later one did if it takes
// these factors from it: with its outcome, or with its findings where only those differ.
func (c *comparison) gives(ctx context.Context, set []int) (bool, error) {
	key := fmt.Sprint(set)
	if gave, ok := c.known[key]; ok {
		return gave, nil
	}
	if len(c.known) >= c.mayEvaluate {
		return false, errBound
	}
	d, err := c.with(ctx, set)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.Is(err, errBound), errors.Is(err, context.DeadlineExceeded):
		return false, err
	case err != nil: // in between, some questions make no sense
		c.known[key] = false
		return false, nil
	}
	after := c.asked[1]
	gave := d.Outcome == after.Outcome
	if after.Outcome == c.asked[0].Outcome {
		changes, err := DiffDecisions(after, d)
		if err != nil {
			return false, err
		}
		gave = gave && len(changes) == 0
	}
	c.known[key] = gave
	return gave, nil
}

// with decides the earlier question with these factors of the later one.
func (c *comparison) with(ctx context.Context, set []int) (Decision, error) {
	d := c.asked[0]
	side := make(map[factIdentity]int)
	var units []int
	for _, i := range set {
		switch f := c.factors[i]; f.Factor {
		case FactorAction:
			d.Action = c.asked[1].Action
		case FactorActor:
			d.Actor = c.asked[1].Actor
		case FactorAsOf:
			d.AsOf = c.asked[1].AsOf
		case FactorFact:
			side[factIdentity{f.Kind, f.Key, f.Source}] = 1
		default:
			units = append(units, c.units[i])
		}
	}
	revision, err := c.revision(ctx, units)
	if err != nil {
		return d, err
	}
	identities := maps.Clone(c.records[0])
	maps.Copy(identities, c.records[1])
	var stored, given []Fact
	for _, id := range slices.SortedFunc(maps.Keys(identities), factIdentity.compare) {
		r := c.records[side[id]][id]
		stored, given = append(stored, r.stored...), append(given, r.given...)
	}
	return Evaluate(ctx, revision, d, stored, given)
}

// revision is the earlier one with some units of the later.
func (c *comparison) revision(ctx context.Context, units []int) (Revision, error) {
	switch {
	case len(units) == 0:
		return c.revisions[0], nil
	case len(units) == len(c.change.Units()):
		return c.revisions[1], nil
	}
	key := fmt.Sprint(units)
	r, ok := c.made[key]
	if !ok {
		if len(c.made) >= c.mayMake {
			return nil, errBound
		}
		var err error
		r, err = c.change.Take(ctx, units)
		var refused *RefusedError
		if err != nil && !errors.As(err, &refused) {
			return nil, err
		}
		if err != nil {
			r = nil
		}
		c.made[key] = r
	}
	if r == nil {
		return nil, errors.New("these parts of the policies do not compile without others")
	}
	return r, nil
}
