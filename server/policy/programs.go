package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"assay/server/decision"
	"assay/server/schema"
)

// loadPrograms prepares every package that has an entrypoint named decision.
func (r *Revision) loadPrograms(ctx context.Context, found *problems) {
	r.programs = make(map[string]*program)
	r.stewards = r.stewardships(found)
	r.factRules = r.loadFactRules(found)
	for name, at := range r.programPackages() {
		p, err := r.loadProgram(ctx, name)
		var unknown *unknownRequirement
		if errors.As(err, &unknown) {
			if file, line := r.whereNamed(unknown.id); file != "" {
				found.add(file, line, "the program %s %v", name, err)
				continue
			}
		}
		if err != nil {
			found.add(at.File, at.Row, "program %s: %v", name, err)
			continue
		}
		r.programs[name] = p
	}
	if len(r.programs) == 0 && len(*found) == 0 {
		found.add("", 0, "no program: no package has a rule decision that is annotated as an entrypoint")
	}
}

func (r *Revision) loadProgram(ctx context.Context, name string) (*program, error) {
	query, err := r.prepare(ctx, "data."+name+".decision")
	if err != nil {
		return nil, err
	}
	p := &program{Program: decision.Program{Name: name, Stewardship: r.stewards.of(name)}, query: query}
	r.describe(p)
	if err := r.addActions(p); err != nil {
		return nil, err
	}
	if p.parts, err = r.partsOf(ctx, name); err != nil {
		return nil, err
	}
	requirements := r.requirementPackages()
	for _, id := range slices.Sorted(maps.Keys(p.parts)) {
		at, ok := requirements[p.parts[id]]
		if !ok {
			return nil, &unknownRequirement{id, p.parts[id], r.packages()}
		}
		requirement, err := r.requirement(id, p.parts[id], at)
		if err != nil {
			return nil, err
		}
		p.Requirements = append(p.Requirements, requirement)
	}
	return p, nil
}

// unknownRequirement is the error that a program names one that does not exist.
type unknownRequirement struct {
	id, pkg  string
	packages packages
}

func (e *unknownRequirement) Error() string {
	folder, name := "", e.pkg
	if i := strings.LastIndexByte(e.pkg, '.'); i >= 0 {
		folder, name = e.pkg[:i], e.pkg[i+1:]
	}
	return fmt.Sprintf("names the requirement %s, but no package %s has a rule met%s", e.id, e.pkg, schema.Suggest(name, e.packages.requirementsIn(folder)))
}

// partsOf asks the program which requirements some version of it is made of.
func (r *Revision) partsOf(ctx context.Context, name string) (map[string]string, error) {
	query, err := r.prepare(ctx, "data."+name+".parts")
	if err != nil {
		return nil, err
	}
	results, err := query.Eval(ctx, rego.EvalInput(map[string]any{}))
	if err != nil {
		return nil, err
	}
	if len(results) == 1 {
		if object, ok := results[0].Expressions[0].Value.(map[string]any); ok && len(object) > 0 {
			parts := make(map[string]string, len(object))
			for id, pkg := range object {
				parts[id], _ = pkg.(string)
			}
			return parts, nil
		}
	}
	return nil, fmt.Errorf("its rule parts does not name the requirements it is made of")
}

// describe takes title, description and citations from the package's annotations.
func (r *Revision) describe(p *program) {
	for _, entry := range r.compiler.GetAnnotationSet().Flatten() {
		if entry.Path.String() != "data."+p.Name || entry.Annotations == nil || entry.Annotations.Scope != "package" {
			continue
		}
		p.Title, p.Description = entry.Annotations.Title, entry.Annotations.Description
		for _, resource := range entry.Annotations.RelatedResources {
			p.Citations = append(p.Citations, decision.Citation{Title: resource.Description, URL: resource.Ref.String()})
		}
	}
}

// addActions takes what the program decides about from its data, if it is about actions.
func (r *Revision) addActions(p *program) error {
	d, ok := r.documents[dataFile(p.Name)]
	if !ok {
		return nil // trees from before programs had data
	}
	var data programData
	if err := d.decode(&data); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(data.Actions)) {
		p.Actions = append(p.Actions, decision.Action{ID: id, Gates: data.Actions[id].Gates, Citation: data.Actions[id].Citation})
	}
	return nil
}

// ValidateQuestion implements decision.Revision.
func (r *Revision) ValidateQuestion(q decision.Question) []decision.Problem {
	p, ok := r.programs[q.Program]
	if !ok {
		return nil // Evaluate says so
	}
	var actions []string
	for _, action := range p.Actions {
		actions = append(actions, action.ID)
	}
	switch {
	case len(actions) == 0 && q.Action != "":
		return []decision.Problem{{Pointer: "/action", Detail: "the program " + q.Program + " does not decide about actions"}}
	case len(actions) == 0 && q.Actor != nil:
		return []decision.Problem{{Pointer: "/actor", Detail: "the program " + q.Program + " does not decide about actions, so nobody acts"}}
	case len(actions) > 0 && q.Action == "":
		return []decision.Problem{{Pointer: "/action", Detail: "is needed by the program " + q.Program + schema.Suggest("", actions)}}
	case len(actions) > 0 && !slices.Contains(actions, q.Action):
		return []decision.Problem{{Pointer: "/action", Detail: "there is no such action" + schema.Suggest(q.Action, actions)}}
	}
	return nil
}

func (r *Revision) requirement(id, pkg string, at *ast.Location) (decision.Requirement, error) {
	name := dataFile(pkg)
	var data requirementData
	if err := r.documents[name].decode(&data); err != nil {
		return decision.Requirement{}, fmt.Errorf("%s: %w", name, err)
	}
	requirement := decision.Requirement{
		ID: id, Ref: data.Ref, Title: data.Texts["en"].Title, Facts: data.Facts, Citation: data.Citation,
		Rule: decision.Location{File: at.File, Line: at.Row}, Shown: r.shownPlaces(pkg), Stewardship: r.stewards.of(pkg),
	}
	for _, valueName := range slices.Sorted(maps.Keys(data.Values)) {
		v := data.Values[valueName]
		value := decision.DatedValue{Name: valueName, Unit: v.Unit}
		for i, e := range v.Dated {
			line := r.documents[name].line([]string{"values", valueName, "dated", itoa(i), "value"})
			value.Entries = append(value.Entries, decision.DatedEntry{
				Since: e.Since, Value: e.Value, Citation: e.Citation, Uncertain: e.Uncertain, Place: decision.Location{File: name, Line: line},
			})
		}
		requirement.Values = append(requirement.Values, value)
	}
	return requirement, nil
}

// languagesFile has what is common to all sentences of a language.
const languagesFile = "languages/data.yaml"

// loadTexts gathers, by language, what is common and what each requirement says.
func (r *Revision) loadTexts(_ context.Context, found *problems) {
	const file = languagesFile
	d, ok := r.documents[file]
	if !ok {
		found.add(file, 0, "the file of languages is missing")
		return
	}
	r.texts = make(decision.Texts)
	if err := d.decode(&r.texts); err != nil {
		found.add(file, 1, "%v", err)
		return
	}
	for tag, language := range r.texts {
		language.Kinds = r.kindNames(tag)
		language.Programs = make(map[string]decision.ProgramTexts)
		language.Requirements = make(map[string]decision.RequirementTexts)
		r.texts[tag] = language
		for word := range r.texts["en"].Words {
			if _, ok := language.Words[word]; !ok {
				found.add(file, d.line([]string{tag, "words"}), "%s.words: %q is missing", tag, word)
			}
		}
	}
	for _, p := range r.programs {
		r.addProgramTexts(p.Name, found)
		for id, pkg := range p.parts {
			r.addTexts(p.Name+"/"+id, dataFile(pkg), found)
		}
	}
}

func (r *Revision) addProgramTexts(program string, found *problems) {
	name := dataFile(program)
	if r.documents[name] == nil {
		return // trees from before programs had data
	}
	var data programData
	if err := r.documents[name].decode(&data); err != nil {
		found.add(name, 1, "%v", err)
		return
	}
	for tag, language := range r.texts {
		texts, ok := data.Texts[tag]
		if !ok {
			found.add(name, r.documents[name].line([]string{"texts"}), "texts: the language %q is missing", tag)
			continue
		}
		language.Programs[program] = texts
	}
}

func (r *Revision) addTexts(key, name string, found *problems) {
	var data requirementData
	if err := r.documents[name].decode(&data); err != nil {
		found.add(name, 1, "%v", err)
		return
	}
	for tag := range data.Texts {
		if _, ok := r.texts[tag]; !ok {
			found.add(name, r.documents[name].line([]string{"texts", tag}), "texts: languages/data.yaml has no language %q", tag)
		}
	}
	for tag, language := range r.texts {
		texts, ok := data.Texts[tag]
		if !ok {
			found.add(name, r.documents[name].line([]string{"texts"}), "texts: the language %q is missing", tag)
			continue
		}
		language.Requirements[key] = texts
	}
}

func itoa(i int) string { return strconv.Itoa(i) }

// lineOfJSONError finds the line on which a JSON file breaks off.
func lineOfJSONError(content []byte, err error) int {
	if syntax, ok := err.(*json.SyntaxError); ok {
		return 1 + bytes.Count(content[:min(int(syntax.Offset), len(content))], []byte("\n"))
	}
	return 1
}
