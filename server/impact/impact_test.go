package impact

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"assay/server/decision"
)

// rules are a world in small: eligible is who has at least the minimum and, unless the
// rule is lenient, a stamp; a stamp that must be red is unknown where its colour is.
type rules struct {
	decision.Revision
	minimum int
	lenient bool
	colour  bool
}

func (r rules) Digest() string                                        { return fmt.Sprintf("%d-%t-%t", r.minimum, r.lenient, r.colour) }
func (r rules) Files() map[string][]byte                              { return map[string][]byte{"a/data.yaml": []byte(r.Digest())} }
func (r rules) ValidateQuestion(decision.Question) []decision.Problem { return nil }
func (r rules) Validate([]decision.Fact) []decision.Problem           { return nil }

func (r rules) Programs() []decision.Program {
	return []decision.Program{{Name: "p", Requirements: []decision.Requirement{{
		ID: "amount", Rule: decision.Location{File: "a/amount.rego"},
		Values: []decision.DatedValue{{Name: "minimum", Unit: "usd_cents", Entries: []decision.DatedEntry{{Since: "2025-10-01", Value: json.Number(strconv.Itoa(r.minimum))}}}},
	}}}}
}

func (r rules) Evaluate(_ context.Context, q decision.Question, facts decision.Facts) ([]byte, error) {
	have := make(map[string]string)
	for _, f := range facts.Held {
		have[f.Kind] = string(f.Body)
	}
	if _, broken := have["broken"]; broken {
		return nil, errors.New("cannot be decided")
	}
	amount, _ := strconv.Atoi(have["amount"])
	_, stamped := have["stamp"]
	status := func(met bool) decision.Status {
		if met {
			return decision.Met
		}
		return decision.NotMet
	}
	findings := []decision.Finding{
		{ID: "amount", Status: status(amount >= r.minimum), Due: true, Reason: string(status(amount >= r.minimum))},
		{ID: "stamp", Status: status(stamped || r.lenient), Due: !r.lenient, Reason: "seen"},
	}
	outcome := decision.Eligible
	if r.colour && stamped {
		findings[1].Status, outcome = decision.Unknown, decision.Incomplete
	}
	for _, f := range findings {
		if f.Status == decision.NotMet {
			outcome = decision.NotEligible
		}
	}
	return json.Marshal(decision.Result{Outcome: outcome, Rollup: outcome, Findings: findings})
}

// change is between two of them: the minimum, the stamp, and its colour, which does not
// compile without the unit before it.
type change struct{ from, to rules }

func (c change) Units() []decision.Unit {
	return []decision.Unit{{Folder: "a", Value: "minimum"}, {Folder: "b"}, {Folder: "colours"}, {Folder: "texts"}}
}

func (c change) Take(_ context.Context, units []int) (decision.Revision, error) {
	r := c.from
	has := func(i int) bool { return slices.Contains(units, i) }
	if has(2) && !has(3) {
		return nil, &decision.RefusedError{Problems: []decision.PolicyProblem{{File: "colours", Message: "needs texts"}}}
	}
	if has(0) {
		r.minimum = c.to.minimum
	}
	if has(1) {
		r.lenient = c.to.lenient
	}
	if has(2) {
		r.colour = c.to.colour
	}
	return r, nil
}

// people are a population in memory.
type people []map[string]string

func (p people) Describe() Description {
	return Description{Of: "partners", Programs: []string{"p"}, AsOf: "2025-11-01", Position: 7}
}
func (p people) Count(context.Context) (int, error) { return len(p), nil }

func (p people) Subjects(context.Context) iter.Seq2[decision.Decision, error] {
	return func(yield func(decision.Decision, error) bool) {
		for i := range p {
			if !yield(decision.Decision{Program: "p", Partner: fmt.Sprintf("partner_%d", i), AsOf: "2025-11-01"}, nil) {
				return
			}
		}
	}
}

func (p people) Facts(_ context.Context, subject decision.Decision) (stored, given []decision.Fact, err error) {
	i, err := strconv.Atoi(strings.TrimPrefix(subject.Partner, "partner_"))
	if err != nil {
		return nil, nil, err
	}
	if p[i]["unreadable"] != "" {
		return nil, nil, errors.New("the store is broken")
	}
	for kind, body := range p[i] {
		stored = append(stored, decision.Fact{Kind: kind, Source: "partner", ValidFrom: "2020-01-01", Body: []byte(body)})
	}
	return stored, nil, nil
}

var live, candidate = rules{minimum: 300}, rules{minimum: 200, lenient: true}

// stillClock stands still: what is measured must not be part of what is compared.
func stillClock() time.Time { return time.Time{} }
func newTestRun(p Population, from, to rules) Run {
	return Run{Live: from, Candidate: to, Change: change{from, to}, Populations: []Population{p}, Now: stillClock, Listed: 2}
}

var some = people{
	{"amount": "250", "stamp": "true"}, // by the minimum
	{"amount": "350"},                  // by the stamp
	{"amount": "250"},                  // by both
	{"amount": "350", "stamp": "true"}, // not at all
	{"amount": "100"},                  // not even by both
	{"broken": "true"},
	{"amount": "260", "stamp": "true"},
	{"amount": "270", "stamp": "true"},
}

// TestReports compares every form with a file that people have looked at. UPDATE=1
// writes them anew.
func TestReports(t *testing.T) {
	t.Parallel()
	say := Say{
		Value: func(unit string, value any) string {
			return strings.TrimSuffix(fmt.Sprintf("%v %s", value, unit), " day")
		},
		Outcome: func(_ string, outcome decision.Outcome) string {
			return strings.ReplaceAll(string(outcome), "_", " ")
		},
	}
	zero := 0
	for name, writer := range map[string]func(*bytes.Buffer) Writer{
		"report.csv":  func(b *bytes.Buffer) Writer { return NewCSV(b) },
		"report.json": func(b *bytes.Buffer) Writer { return NewJSON(b) },
		"report.md":   func(b *bytes.Buffer) Writer { return NewMarkdown(b, say) },
		"report.txt":  func(b *bytes.Buffer) Writer { return NewTable(b, say) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := newTestRun(some, live, candidate)
			run.Budgets[0] = map[string]decision.Budget{"p": {Good: []decision.Outcome{"not_eligible"}, NewlyNotEligible: &zero}}
			var first, second bytes.Buffer
			if _, err := run.Write(t.Context(), writer(&first)); err != nil {
				t.Fatal(err)
			}
			if _, err := run.Write(t.Context(), writer(&second)); err != nil {
				t.Fatal(err)
			}
			if first.String() != second.String() {
				t.Error("a second report differs from the first")
			}
			golden := filepath.Join("testdata", name)
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, first.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if first.String() != string(want) {
				t.Errorf("got\n%s", &first)
			}
			if strings.HasSuffix(name, ".json") && !json.Valid(first.Bytes()) {
				t.Error("is not JSON")
			}
		})
	}
}

// later are the same people on another day.
type later struct{ people }

func (p later) Describe() Description {
	d := p.people.Describe()
	d.AsOf = "2026-02-01"
	return d
}

// TestReplay: what was written as JSON says the same in every other form, however many
// sections it has.
func TestReplay(t *testing.T) {
	t.Parallel()
	say := Say{
		Value:   func(unit string, value any) string { return fmt.Sprint(unit, " ", value) },
		Outcome: func(_ string, outcome decision.Outcome) string { return string(outcome) },
	}
	zero := 0
	run := newTestRun(some, live, candidate)
	run.Populations = append(run.Populations, later{some[:3]})
	run.Budgets[1] = map[string]decision.Budget{"p": {Turned: &zero}}
	write := func(writer Writer) Summary {
		summary, err := run.Write(t.Context(), writer)
		if err != nil {
			t.Fatal(err)
		}
		return summary
	}
	var kept bytes.Buffer
	summary := write(NewJSON(&kept))
	if want := []string{
		"as of 2025-11-01, p: max_turned is 0, by the candidate revision, and the change makes it 5",
		"as of 2025-11-01, 1 could not be decided: partner_5, p: by neither revision: cannot be decided",
		"as of 2026-02-01, p: max_turned is 0, by the candidate revision, and the change makes it 3",
	}; !slices.Equal(summary.Exceeded, want) {
		t.Errorf("exceeded are %q", summary.Exceeded)
	}
	for name, writer := range map[string]func(*bytes.Buffer) Writer{
		"csv": func(b *bytes.Buffer) Writer { return NewCSV(b) }, "json": func(b *bytes.Buffer) Writer { return NewJSON(b) },
		"markdown": func(b *bytes.Buffer) Writer { return NewMarkdown(b, say) }, "table": func(b *bytes.Buffer) Writer { return NewTable(b, say) },
	} {
		var first, again, second bytes.Buffer
		write(Both(writer(&first), writer(&second)))
		if err := Replay(bytes.NewReader(kept.Bytes()), writer(&again)); err != nil {
			t.Fatal(err)
		}
		if first.Len() == 0 || first.String() != again.String() || first.String() != second.String() {
			t.Errorf("%s was\n%s\nand became\n%s", name, &first, &again)
		}
	}
	if err := Replay(strings.NewReader("{"), NewCSV(new(bytes.Buffer))); err == nil {
		t.Error("half a report was read")
	}
}

// TestLoosened: what takes a bound away needs somebody's word, what tightens does not.
func TestLoosened(t *testing.T) {
	t.Parallel()
	limit := func(n int) *int { return &n }
	good := []decision.Outcome{"eligible", "compliant"}
	was := decision.Budget{Good: good, NewlyNotEligible: limit(0), Turned: limit(20)}
	for want, is := range map[string]*decision.Budget{
		"":                                     {Good: []decision.Outcome{"compliant", "eligible"}, NewlyNotEligible: limit(0), NewlyUnknown: limit(5), Turned: limit(3)},
		"p: its budget would go":               nil,
		"p: max_turned would go from 20 to 21": {Good: good, NewlyNotEligible: limit(0), Turned: limit(21)},
		"p: max_newly_not_eligible would go from 0 to no limit":           {Good: good, Turned: limit(20)},
		`p: good would go from "compliant" and "eligible" to "compliant"`: {Good: good[1:], NewlyNotEligible: limit(0), Turned: limit(20)},
		`p: good would go from "compliant" and "eligible" to "compliant" and "eligible" and "not_eligible"`: {
			Good: []decision.Outcome{"eligible", "compliant", "not_eligible"}, NewlyNotEligible: limit(0), Turned: limit(20),
		},
	} {
		after := map[string]decision.Budget{"new": {Turned: limit(1)}}
		if is != nil {
			after["p"] = *is
		}
		if got := strings.Join(loosened(map[string]decision.Budget{"p": was}, after), "\n"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// collect gathers the turns by partner.
type collect struct {
	order []string
	turns map[string]Turn
}

func (c *collect) Begin(Header) error        { c.turns = make(map[string]Turn); return nil }
func (c *collect) Section(Description) error { return nil }
func (c *collect) EndSection(Section) error  { return nil }
func (c *collect) End(Summary) error         { return nil }
func (c *collect) Turn(t Turn) error {
	c.order = append(c.order, t.Partner)
	c.turns[t.Partner] = t
	return nil
}

func TestAttribution(t *testing.T) {
	t.Parallel()
	var got collect
	summary, err := newTestRun(some, live, candidate).Write(t.Context(), &got)
	if err != nil {
		t.Fatal(err)
	}
	for partner, want := range map[string]string{
		"partner_0": "a:minimum", "partner_1": "b", "partner_2": "a:minimum and b", "partner_6": "a:minimum", "partner_7": "a:minimum",
	} {
		if by := got.turns[partner].By.String(); by != want {
			t.Errorf("%s was turned by %q, want %q", partner, by, want)
		}
	}
	if len(got.turns) != 5 || summary.Sections[0].Errors != 1 || summary.Sections[0].Subjects != len(some) || summary.Sections[0].Turned != 5 {
		t.Errorf("%+v", summary)
	}

	// What cannot be taken alone is taken with what it needs, and no more.
	coloured := live
	coloured.colour, coloured.minimum = true, 310
	summary, err = newTestRun(some, live, coloured).Write(t.Context(), &got)
	if err != nil {
		t.Fatal(err)
	}
	if by := got.turns["partner_3"].By.String(); by != "colours with texts" || len(got.turns) != 1 {
		t.Errorf("turned by %q: %v", by, got.turns)
	}
	if p := summary.Sections[0].Programs[0]; p.NewlyUnknown != 4 || p.Unknown["stamp"] != 4 {
		t.Errorf("%+v", p)
	}
}

// TestAnyOfSeveral: where each of two changes is enough, both are named.
func TestAnyOfSeveral(t *testing.T) {
	t.Parallel()
	relaxed := rules{minimum: 100, lenient: true}
	var got collect
	if _, err := newTestRun(people{{"amount": "100"}}, relaxed, rules{minimum: 300}).Write(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if by := got.turns["partner_0"].By.String(); by != "a:minimum, or alone b" {
		t.Errorf("turned by %q", by)
	}
}

// TestTheIDCoversWhatItSays: another candidate, population, turn or count has another id.
func TestTheIDCoversWhatItSays(t *testing.T) {
	t.Parallel()
	id := func(p people, from, to rules) string {
		summary, err := newTestRun(p, from, to).Write(t.Context(), new(collect))
		if err != nil {
			t.Fatal(err)
		}
		return summary.ID
	}
	seen := map[string]bool{id(some, live, candidate): true}
	if !seen[id(some, live, candidate)] {
		t.Error("the same report has another id")
	}
	other := candidate
	other.minimum = 199
	seen[id(some, live, other)] = true
	seen[id(some, rules{minimum: 301}, candidate)] = true
	seen[id(some[:7], live, candidate)] = true
	if len(seen) != 4 {
		t.Errorf("of four different reports there are %d ids", len(seen))
	}

	// Nobody turns, and still these are not the same: one more cannot be decided, or has a
	// finding that became unknown.
	colourful := live
	colourful.colour = true
	lacks := map[string]string{"amount": "100"}
	quiet := map[string]bool{
		id(people{lacks, lacks}, live, colourful):                              true,
		id(people{lacks, {"broken": "true"}}, live, colourful):                 true,
		id(people{{"broken": "true"}, {"broken": "true"}}, live, colourful):    true,
		id(people{lacks, {"amount": "100", "stamp": "true"}}, live, colourful): true,
		id(people{lacks, lacks, lacks}, live, colourful):                       true,
	}
	if len(quiet) != 5 {
		t.Errorf("of five reports in which nobody turns there are %d ids", len(quiet))
	}
}

// TestEachKeepsTheOrder on many subjects, and holds no more of them than it must.
func TestEachKeepsTheOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	many := make(people, 2000)
	for i := range many {
		many[i] = map[string]string{"amount": strconv.Itoa(random.IntN(600))}
	}
	var got []string
	err := each(t.Context(), many, func(_ context.Context, a asked) (string, error) {
		if len(a.subject.Partner)%3 == 0 {
			runtime.Gosched()
		}
		return a.subject.Partner, nil
	}, func(id string) error { got = append(got, id); return nil })
	if err != nil || len(got) != len(many) {
		t.Fatal(len(got), err)
	}
	for i, id := range got {
		if id != fmt.Sprintf("partner_%d", i) {
			t.Fatalf("%s is at place %d", id, i)
		}
	}
}

func TestEachEnds(t *testing.T) {
	t.Parallel()
	many := make(people, 500)
	ask := func(context.Context, asked) (int, error) { return 1, nil }
	full := errors.New("the disk is full")
	n := 0
	if err := each(t.Context(), many, ask, func(int) error {
		if n++; n == 100 {
			return full
		}
		return nil
	}); !errors.Is(err, full) || n != 100 {
		t.Errorf("%d, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := each(ctx, many, ask, func(int) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	many[200] = map[string]string{"unreadable": "true"}
	if err := each(t.Context(), many, ask, func(int) error { return nil }); err == nil || err.Error() != "the store is broken" {
		t.Errorf("got %v", err)
	}
}

// TestShrink: whatever is needed is left, and nothing else.
func TestShrink(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		all := make([]int, 1+random.IntN(12))
		needed := make(map[int]bool)
		for i := range all {
			all[i] = i
			if random.IntN(3) == 0 {
				needed[i] = true
			}
		}
		left, err := decision.Shrink(all, func(set []int) (bool, error) {
			for i := range needed {
				if !slices.Contains(set, i) {
					return false, nil
				}
			}
			return true, nil
		})
		if want := slices.Sorted(maps.Keys(needed)); err != nil || !slices.Equal(left, want) {
			t.Fatalf("of %v, %v is left, want %v (%v)", all, left, want, err)
		}
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	limit := func(n int) *int { return &n }
	good := []decision.Outcome{decision.Eligible}
	p := ProgramSummary{Program: "p", Turned: 9, NewlyUnknown: 2, Moves: []Move{
		{decision.Eligible, decision.NotEligible, 3}, {decision.Eligible, "suspended", 1}, {decision.Eligible, decision.Incomplete, 2},
		{decision.Eligible, decision.NeedsReview, 1}, {decision.NotEligible, decision.Eligible, 1}, {decision.NeedsReview, decision.NotEligible, 1},
	}}
	for _, c := range []struct {
		live, candidate *decision.Budget
		want            string
	}{
		{nil, nil, "[]"},
		{&decision.Budget{Good: good}, nil, "[]"},
		{&decision.Budget{Good: good, NewlyNotEligible: limit(4)}, nil, "[]"},
		{&decision.Budget{Good: good, NewlyNotEligible: limit(3)}, nil, "[{p max_newly_not_eligible 3 4 live}]"},
		{nil, &decision.Budget{Good: good, NewlyUnknown: limit(1)}, "[{p max_newly_unknown 1 2 candidate}]"},
		{&decision.Budget{Good: good, Turned: limit(0)}, &decision.Budget{Good: good, Turned: limit(8)}, "[{p max_turned 0 9 live}]"},
		{&decision.Budget{Good: good, Turned: limit(9)}, &decision.Budget{Good: good, Turned: limit(8)}, "[{p max_turned 8 9 candidate}]"},
	} {
		var budgets [2]map[string]decision.Budget
		for i, b := range []*decision.Budget{c.live, c.candidate} {
			if b != nil {
				budgets[i] = map[string]decision.Budget{"p": *b, "another": {Turned: limit(0)}}
			}
		}
		var s summing
		s.hold(p, budgets)
		var got []string
		for _, e := range s.Exceeded {
			got = append(got, fmt.Sprintf("{%s %s %d %d %s}", e.Program, e.Limit, e.Max, e.Found, e.SetBy))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("got %v, want %s", got, c.want)
		}
	}
}

// TestMarkdownIsNotMarkup: ids are the callers' choice.
func TestMarkdownIsNotMarkup(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a_b_c": `a\_b\_c`, "@team": "&#64;team", "<img src=x>": "&lt;img src=x&gt;", "[x](http://y)": `\[x](http&#58;//y)`,
		"a\n# b": `a \# b`, "a\r\n# b": `a  \# b`, "a\u2028b": "a b", "\x1b[31mred\u202e": ` \[31mred `, "&lt;": "&amp;lt;",
		"~~a~~": `\~\~a\~\~`, "www.y.example": "www&#46;y.example", "Università: 1 × 2 → 3": "Università: 1 × 2 → 3",
	} {
		if got := markdown(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// hostile is what a candidate may call an outcome, a finding or a program.
const hostile = "=* ![x](http://evil.example/x.png) @everyone <b>`\r\n# Approved\n\x1b[2J\t"

// TestAReportIsNotWhatItNames: whatever a candidate, or a caller, calls something, it is no
// markup, no line of its own, no formula, and nothing that a terminal obeys.
func TestAReportIsNotWhatItNames(t *testing.T) {
	t.Parallel()
	header := Header{
		Live: "1", Candidate: "2",
		Files:  []decision.FileChange{{Path: hostile, Change: "changed"}},
		Values: []decision.ValueChange{{Folder: hostile, Name: hostile, Unit: hostile, Since: "2025-10-01", Before: hostile, After: hostile}},
	}
	turn := Turn{
		Partner: hostile, DecisionID: hostile, Program: hostile, Action: hostile, AsOf: "2025-11-01", Before: hostile, After: "b",
		Findings: []Finding{{ID: hostile, Before: &Verdict{Reason: hostile}}}, By: Attribution{Together: []string{hostile}},
	}
	of := Description{Of: "partners", Programs: []string{hostile}, AsOf: "2025-11-01"}
	report := newSummary(header, [2]map[string]decision.Budget{})
	report.Exceeded = []string{hostile}
	sums := report.section(of, 5)
	change := decision.FindingChange{ID: hostile, After: &decision.Verdict{Status: decision.Unknown, Due: true}}
	for _, c := range []compared{{program: hostile, turn: &turn, changes: []decision.FindingChange{change}}, {program: hostile, err: errors.New(hostile)}} {
		if err := sums.add(c); err != nil {
			t.Fatal(err)
		}
	}
	section := report.add(sums)
	summary := report.close()
	say := Say{
		Value:   func(_ string, value any) string { return fmt.Sprint(value) },
		Outcome: func(_ string, outcome decision.Outcome) string { return string(outcome) },
	}
	write := func(w Writer) {
		if err := errors.Join(w.Begin(header), w.Section(of), w.Turn(turn), w.EndSection(section), w.End(summary)); err != nil {
			t.Fatal(err)
		}
	}
	var table, md, rows bytes.Buffer
	write(NewTable(&table, say))
	write(NewMarkdown(&md, say))
	write(NewCSV(&rows))

	for name, text := range map[string]string{"table": table.String(), "markdown": md.String()} {
		if strings.Count(text, "Approved") < 10 {
			t.Errorf("%s leaves out what it should show:\n%s", name, text)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "# Approved") || strings.ContainsFunc(strings.TrimSuffix(line, "\n"), unicode.IsControl) {
				t.Errorf("%s has the line %q", name, line)
			}
		}
	}
	outside := regexp.MustCompile("`[^`\n]+`").ReplaceAllString(strings.ReplaceAll(md.String(), "\\`", ""), "")
	for _, markup := range []string{"![", "@", "<b>", "://", "`"} {
		if strings.Contains(strings.ReplaceAll(outside, `!\[`, ""), markup) {
			t.Errorf("%q is in\n%s", markup, outside)
		}
	}
	records, err := csv.NewReader(&rows).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range records[1] {
		if strings.HasPrefix(cell, "=") {
			t.Errorf("the cell %q is a formula", cell)
		}
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	revisions := []decision.Revision{rules{minimum: 0}, rules{minimum: 255}, rules{minimum: 351}}
	counts, err := Sweep(t.Context(), some, revisions, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{4, 3, 0} {
		if counts[i][decision.Eligible] != want || counts[i][""] != 1 || counts[i][decision.Eligible]+counts[i][decision.NotEligible] != 7 {
			t.Errorf("step %d: %v", i, counts[i])
		}
	}
	if got := Outcomes(counts); !slices.Equal(got, []decision.Outcome{"", "eligible", "not_eligible"}) {
		t.Errorf("outcomes are %v", got)
	}
}
