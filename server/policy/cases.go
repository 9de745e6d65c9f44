package policy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/util"
	"golang.org/x/tools/txtar"

	"assay/server/decision"
	"assay/server/schema"
)

// Case is a story with facts and the decision that must come out, kept beside the
// program in cases/<name>.txtar. The comment tells the story; request.yaml holds
// the facts as changes to a shared base; decision.yaml what is expected; and
// explanation.<language>.txt what the partner reads.
type Case struct {
	File    string
	Program string
	Story   string
	Request CaseRequest
	Want    CaseDecision
	// Explanations are by language tag.
	Explanations map[string]string
	facts        []decision.Fact
	// unfit says why it cannot be decided: the kinds of facts are others by now.
	unfit error
}

// CaseRequest is the question a case asks.
type CaseRequest struct {
	// Base names the file of facts that With and Without change: "B" is B.yaml.
	Base string       `json:"base"`
	AsOf decision.Day `json:"as_of"`
	// Action and Actor are for programs that decide about actions.
	Action string          `json:"action"`
	Actor  *decision.Actor `json:"actor"`
	// KnownAt hides facts recorded after that day.
	KnownAt decision.Day `json:"known_at"`
	// With are facts that replace those of the base of the same kind and key.
	With []CaseFact `json:"with"`
	// Without takes kinds ("membership") or single keys ("location/IT") away.
	Without []string `json:"without"`
}

// CaseFact is a fact as a case writes it. It is known from the start unless
// RecordedOn says otherwise.
type CaseFact struct {
	Kind       string          `json:"kind"`
	Key        string          `json:"key"`
	Source     string          `json:"source"`
	ValidFrom  decision.Day    `json:"valid_from"`
	ValidTo    decision.Day    `json:"valid_to"`
	Body       json.RawMessage `json:"body"`
	RecordedOn decision.Day    `json:"recorded_on"`
}

// CaseDecision is what a case expects. Requirements are "met", "not_met revenue…"
// (status, and reason if it matters) or "not due"; every due requirement that is
// not listed must be met.
type CaseDecision struct {
	Outcome      decision.Outcome  `json:"outcome"`
	Requirements map[string]string `json:"requirements"`
	// Flags are those that must be there, by requirement.
	Flags map[string][]string `json:"flags"`
	// Blocks keeps a tree from serving in which the case does not hold; without it
	// a case only warns, so that changing a number stays a one-line edit.
	Blocks bool `json:"blocks"`
}

// Render writes the explanation of a decision for a person.
type Render func(revision decision.Revision, language string, d decision.Decision) string

// Cases reads the cases of the tree. The error names those that cannot be read; the
// others are returned all the same.
func (r *Revision) Cases() ([]Case, error) {
	var cases []Case
	var found problems
	for _, name := range r.tree.with(".txtar") {
		if !isCase(name) {
			continue
		}
		c, err := r.readCase(name, r.tree[name])
		if err != nil {
			found = append(found, problemsOf(err)...)
			continue
		}
		cases = append(cases, c)
	}
	return cases, found.err()
}

// readCase gives a *decision.RefusedError for what no case may be. Facts that do not fit
// the kinds of facts are no such mistake: those change, and a story must not hold that up.
func (r *Revision) readCase(name string, content []byte) (Case, error) {
	c := Case{
		File: name, Explanations: make(map[string]string),
		Program: caseProgram(name),
	}
	archive := txtar.Parse(content)
	c.Story = strings.TrimSpace(string(archive.Comment))
	for _, file := range archive.Files {
		var err error
		switch {
		case file.Name == "request.yaml":
			err = decodeYAML(file.Data, &c.Request)
		case file.Name == "decision.yaml":
			err = decodeYAML(file.Data, &c.Want)
		case strings.HasPrefix(file.Name, "explanation.") && strings.HasSuffix(file.Name, ".txt"):
			c.Explanations[strings.TrimSuffix(strings.TrimPrefix(file.Name, "explanation."), ".txt")] = string(file.Data)
		default:
			err = errors.New("is not a part of a case")
		}
		if err != nil {
			return c, placed(name, partLine(content, file.Name), file.Name, err)
		}
	}
	if c.Want.Outcome == "" || c.Request.AsOf == "" {
		return c, refusedAt(name, 1, "a case needs request.yaml with as_of and decision.yaml with outcome")
	}
	err := r.assemble(&c)
	var mistake *decision.RefusedError
	if errors.As(err, &mistake) {
		return c, err
	}
	c.unfit = err
	return c, nil
}

// partLine is the line of the file of a case on which the part is named; its text begins
// on the next one.
func partLine(content []byte, part string) int {
	for i, line := range strings.Split(string(content), "\n") {
		if strings.TrimSpace(line) == "-- "+part+" --" {
			return i + 1
		}
	}
	return 1
}

// placed names the line of the file on which the YAML, which begins after the given one,
// is wrong.
func placed(file string, before int, part string, err error) error {
	var y *yamlError
	if errors.As(err, &y) {
		before += y.line
	}
	if part != "" {
		part += ": "
	}
	return refusedAt(file, max(before, 1), "%s%v", part, err)
}

func refusedAt(file string, line int, format string, args ...any) error {
	var found problems
	found.add(file, line, format, args...)
	return found.err()
}

var unknownField = regexp.MustCompile(`unknown field "(.*)"`)

// decodeYAML gives a *yamlError where the line is known.
func decodeYAML(content []byte, into any) error {
	d, err := parseYAML(content)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(d.value)
	if err != nil {
		return err
	}
	err = strictly(raw, into)
	if err == nil {
		return nil
	}
	if m := unknownField.FindStringSubmatch(err.Error()); m != nil {
		line := 0
		for pointer, at := range d.lines {
			if strings.HasSuffix(pointer, schema.Pointer(m[1])) && (line == 0 || at < line) {
				line = at
			}
		}
		return &yamlError{line, m[0]}
	}
	return err
}

func strictly(raw []byte, into any) error {
	dec := util.NewJSONDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// assemble applies the changes to the base.
func (r *Revision) assemble(c *Case) error {
	var base []CaseFact
	if c.Request.Base != "" {
		name := path.Join(path.Dir(c.File), c.Request.Base+".yaml")
		content, ok := r.tree[name]
		if !ok {
			return r.mistake(c, "the base %s does not exist", name)
		}
		var file struct {
			Story string     `json:"story"`
			Facts []CaseFact `json:"facts"`
		}
		if err := decodeYAML(content, &file); err != nil {
			return placed(name, 0, "", err)
		}
		base = file.Facts
	}
	for _, gone := range c.Request.Without {
		before := len(base)
		base = slices.DeleteFunc(base, func(f CaseFact) bool { return f.Kind == gone || f.Kind+"/"+f.Key == gone })
		if len(base) == before {
			return r.mistake(c, "without: the base has no %s", gone)
		}
	}
	base = slices.DeleteFunc(base, func(f CaseFact) bool {
		return slices.ContainsFunc(c.Request.With, func(g CaseFact) bool { return f.Kind == g.Kind && f.Key == g.Key })
	})
	for i, f := range append(base, c.Request.With...) {
		if r.kinds[f.Kind] == nil {
			return fmt.Errorf("%s: %s", f.Kind, unknownKind(f.Kind, r.kinds))
		}
		fact, err := f.fact(i)
		if err != nil {
			return err
		}
		c.facts = append(c.facts, fact)
	}
	return decision.ValidateFacts(r, c.facts)
}

// mistake is one of the question that the case asks.
func (r *Revision) mistake(c *Case, format string, args ...any) error {
	return refusedAt(c.File, partLine(r.tree[c.File], "request.yaml"), format, args...)
}

func (f CaseFact) fact(i int) (decision.Fact, error) {
	fact := decision.Fact{
		ID: "/facts/" + itoa(i), Kind: f.Kind, Key: f.Key, Source: f.Source, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo,
	}
	if f.RecordedOn != "" {
		at, err := time.Parse(time.DateOnly, string(f.RecordedOn))
		if err != nil {
			return fact, fmt.Errorf("recorded_on: %w", err)
		}
		fact.RecordedAt = at
	}
	if len(f.Body) > 0 && string(f.Body) != "null" {
		var err error
		if fact.Body, err = decision.Canonical(f.Body); err != nil {
			return fact, fmt.Errorf("fact %d: %w", i, err)
		}
	}
	return fact, nil
}

// Run decides the case and returns what did not come out as it should. Explanations
// are compared only if there is a render.
func (r *Revision) Run(ctx context.Context, c Case, render Render) ([]string, error) {
	d, err := r.DecideCase(ctx, c)
	if err != nil {
		return nil, err
	}
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return nil, err
	}
	var wrong []string
	if result.Outcome != c.Want.Outcome {
		wrong = append(wrong, fmt.Sprintf("the outcome is %s, should be %s%s", result.Outcome, c.Want.Outcome, r.noOutcome(c)))
	}
	expected := maps.Clone(c.Want.Requirements)
	for _, f := range result.Findings {
		delete(expected, f.ID)
		if !c.Want.holds(f) {
			wrong = append(wrong, fmt.Sprintf("%s is %s, should be %s", f.ID, described(f), c.Want.of(f)+noStatus(c.Want.of(f))))
		}
		for _, flag := range c.Want.Flags[f.ID] {
			if !slices.Contains(f.Flags, flag) {
				wrong = append(wrong, fmt.Sprintf("%s lacks the flag %s", f.ID, flag))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(expected)) {
		known := make([]string, len(result.Findings))
		for i, f := range result.Findings {
			known[i] = f.ID
		}
		if r.hasRequirement(id) {
			wrong = append(wrong, fmt.Sprintf("%s is no finding of this decision, should be %s", id, expected[id]))
			continue
		}
		wrong = append(wrong, "there is no requirement "+id+schema.DidYouMean(id, known))
	}
	if render == nil || len(wrong) > 0 {
		return wrong, nil // that it is explained otherwise too goes without saying
	}
	for _, language := range slices.Sorted(maps.Keys(r.texts)) {
		if got := render(r, language, d); got != c.Explanations[language] {
			wrong = append(wrong, r.readsOtherwise(c, language, got))
		}
	}
	return wrong, nil
}

// readsOtherwise tells the first line of the explanation that is not as the case has it.
func (r *Revision) readsOtherwise(c Case, language, got string) string {
	want, written := c.Explanations[language]
	if !written {
		return fmt.Sprintf("the explanation in %q is not written yet; assay test --update writes it", language)
	}
	before, after := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(before) && i < len(after) && before[i] == after[i] {
		i++
	}
	line := func(lines []string) string {
		if i < len(lines) {
			return strconv.Quote(lines[i])
		}
		return "nothing"
	}
	return fmt.Sprintf("the explanation in %q reads otherwise: line %d of the file has %s, and now it is %s; assay test --update writes what comes out",
		language, partLine(r.tree[c.File], "explanation."+language+".txt")+1+i, line(before), line(after))
}

// noOutcome says of an expected outcome that the program has none of that name.
func (r *Revision) noOutcome(c Case) string {
	known := slices.Sorted(maps.Keys(r.texts["en"].Programs[c.Program].Outcomes))
	if len(known) == 0 || slices.Contains(known, string(c.Want.Outcome)) {
		return ""
	}
	return ", which is no outcome" + schema.Suggest(string(c.Want.Outcome), known)
}

// noStatus says of an expected finding that no finding can be described like that.
func noStatus(want string) string {
	status, _, _ := strings.Cut(want, " ")
	known := []string{string(decision.Met), string(decision.NotMet), string(decision.Unknown), string(decision.Review)}
	if want == notDue || slices.Contains(known, status) {
		return ""
	}
	return ", which is no status" + schema.Suggest(status, append(known, notDue))
}

// notDue describes a finding that does not count.
const notDue = "not due"

// hasRequirement tells whether any program can have a finding of that id.
func (r *Revision) hasRequirement(id string) bool {
	for _, p := range r.programs {
		if slices.ContainsFunc(p.Requirements, func(q decision.Requirement) bool { return q.ID == id }) {
			return true
		}
	}
	return false
}

// of is how the finding must be described.
func (w CaseDecision) of(f decision.Finding) string {
	if want, listed := w.Requirements[f.ID]; listed {
		return want
	}
	return "met"
}

// holds tells whether the finding is as it must be; one that is not listed and not due may
// be anything.
func (w CaseDecision) holds(f decision.Finding) bool {
	_, listed := w.Requirements[f.ID]
	got, want := described(f), w.of(f)
	return got == want || strings.HasPrefix(got, want+" ") || !listed && !f.Due
}

// described is a finding in the words of decision.yaml.
func described(f decision.Finding) string {
	if !f.Due {
		return notDue
	}
	if f.Reason == string(f.Status) {
		return f.Reason
	}
	return string(f.Status) + " " + f.Reason
}

// Known are the facts of the case that were recorded by the time it asks about.
func (c Case) Known() []decision.Fact {
	return slices.DeleteFunc(slices.Clone(c.facts), func(f decision.Fact) bool {
		return c.Request.KnownAt != "" && decision.DayOf(f.RecordedAt) > c.Request.KnownAt && !f.RecordedAt.IsZero()
	})
}

// DecideCase decides the case as the service decides on stored facts.
func (r *Revision) DecideCase(ctx context.Context, c Case) (decision.Decision, error) {
	if c.unfit != nil {
		return decision.Decision{}, c.unfit
	}
	d := decision.Decision{Program: c.Program, Action: c.Request.Action, Actor: c.Request.Actor, AsOf: c.Request.AsOf}
	return decision.Evaluate(ctx, r, d, c.Known(), nil)
}

// CaseResult is what became of one case.
type CaseResult struct {
	File, Program string
	Line          int
	// Failures say what did not come out as it should.
	Failures []string
	Duration time.Duration
}

// RunCases decides the cases whose file the function picks. One that cannot be read has
// failed too.
func (r *Revision) RunCases(ctx context.Context, picks func(file string) bool, render Render) []CaseResult {
	cases, err := r.Cases()
	var results []CaseResult
	if err != nil {
		for _, p := range problemsOf(err) {
			if picks(p.File) || !isCase(p.File) { // a base is everybody's
				results = append(results, CaseResult{File: p.File, Line: p.Line, Program: caseProgram(p.File), Failures: []string{p.Message}})
			}
		}
	}
	for _, c := range cases {
		if !picks(c.File) {
			continue
		}
		began := time.Now()
		wrong, err := r.Run(ctx, c, render)
		if err != nil {
			wrong = []string{err.Error()}
		}
		results = append(results, CaseResult{File: c.File, Line: 1, Program: c.Program, Failures: wrong, Duration: time.Since(began)})
	}
	slices.SortFunc(results, func(a, b CaseResult) int { return cmp.Compare(a.File, b.File) })
	return results
}

func isCase(file string) bool {
	return path.Ext(file) == ".txtar" && path.Base(path.Dir(file)) == "cases"
}

// caseProgram is the program that a file in its folder cases belongs to.
func caseProgram(file string) string { return strings.ReplaceAll(path.Dir(path.Dir(file)), "/", ".") }

// checkCases runs all cases. What does not hold is a warning, or an error where the
// case blocks. One whose facts do not fit their schemas any more is a warning too: a
// schema that became stricter must not be held up by the stories told under the old one.
// One that cannot be read at all is an error: nobody knows whether it blocks.
func (r *Revision) checkCases(ctx context.Context, render Render) (ran int, warnings []decision.PolicyProblem, err error) {
	cases, err := r.Cases()
	var blocks, warns problems
	if err != nil {
		blocks = problemsOf(err)
	}
	for _, c := range cases {
		wrong, err := r.Run(ctx, c, render)
		if errors.Is(err, context.DeadlineExceeded) {
			blocks.add(c.File, 1, "takes longer than %s to decide", evaluationTimeout)
			continue
		}
		if err != nil {
			wrong = append(wrong, err.Error())
		}
		if len(wrong) == 0 {
			continue
		}
		into := &warns
		if c.Want.Blocks {
			into = &blocks
		}
		into.add(c.File, 1, "%s", strings.Join(wrong, "; "))
	}
	return len(cases), warns, blocks.err()
}
