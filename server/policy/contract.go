package policy

import (
	"context"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"assay/server/decision"
	"assay/server/schema"
)

const (
	contractFolder      = "schemas/data/"
	requirementContract = contractFolder + "requirement.json"
	programContract     = contractFolder + "program.json"
)

// checkData holds each data file against its contract: a requirement's against
// schemas/data/requirement.json, a program's against program.json beside it, any other against schemas/data/<its path>.json if
// there is one. What JSON Schema cannot say follows in Go: dates in order, members
// of choices, the same sentences in every language.
func (r *Revision) checkData(_ context.Context, found *problems) {
	contracts := make(map[string]*schema.Schema)
	for _, name := range r.tree.with(".json") {
		if !strings.HasPrefix(name, contractFolder) {
			continue
		}
		var document any
		if err := util.UnmarshalJSON(r.tree[name], &document); err != nil {
			continue // reported when schemas were loaded
		}
		compiled, err := schema.Compile(document)
		if err != nil {
			found.add(name, 1, "%v", err)
			continue
		}
		contracts[name] = compiled
	}
	for _, needed := range []string{requirementContract, programContract} {
		if contracts[needed] == nil {
			found.add(needed, 0, "the contract is missing; without it nothing would be checked")
		}
	}
	r.checkBeside(contracts, found)
	packages := r.packages()
	for _, name := range slices.Sorted(maps.Keys(r.documents)) {
		file := packages.contractOf(name)
		contract := contracts[file]
		if contract == nil {
			continue
		}
		document := r.documents[name]
		broken := contract.Check(document.value)
		for _, p := range broken {
			place := strings.Join(p.Path, ".")
			found.add(name, document.line(p.Path), "%s", strings.TrimPrefix(place+": "+p.Message, ": "))
		}
		if file == requirementContract && len(broken) == 0 {
			r.checkRequirementData(name, document, found)
		}
		if file == programContract && len(broken) == 0 {
			checkProgramData(name, document, found)
		}
	}
	for what, list := range map[string]map[string]*ast.Location{"requirement": packages.requirements, "program": packages.programs} {
		for pkg, at := range list {
			if name := dataFile(pkg); r.documents[name] == nil {
				found.add(at.File, at.Row, "the %s has no %s", what, name)
			}
		}
	}
}

// checkBeside holds the data that is for authors' tools only against its contracts.
func (r *Revision) checkBeside(contracts map[string]*schema.Schema, found *problems) {
	for _, name := range r.tree.with(".yaml") {
		contract := contractBeside(name)
		if contract == "" {
			continue
		}
		d, err := parseYAML(r.tree[name])
		if err != nil {
			y := err.(*yamlError)
			found.add(name, y.line, "%s", y.message)
			continue
		}
		if contracts[contract] == nil {
			found.add(contract, 0, "the contract of %s is missing", name)
			continue
		}
		for _, p := range contracts[contract].Check(d.value) {
			found.add(name, d.line(p.Path), "%s", strings.TrimPrefix(strings.Join(p.Path, ".")+": "+p.Message, ": "))
		}
	}
}

// dataFile is where the data of a package lies.
func dataFile(pkg string) string { return strings.ReplaceAll(pkg, ".", "/") + "/data.yaml" }

// programPackages finds the packages that are programs, which is to say that they have
// an entrypoint named decision, with its place.
func (r *Revision) programPackages() map[string]*ast.Location {
	packages := make(map[string]*ast.Location)
	for _, entry := range r.compiler.GetAnnotationSet().Flatten() {
		if name, ok := strings.CutSuffix(entry.Path.String(), ".decision"); ok && entry.Annotations != nil && entry.Annotations.Entrypoint {
			packages[strings.TrimPrefix(name, "data.")] = entry.Location
		}
	}
	return packages
}

// requirementPackages finds the packages that are requirements, which is to say that
// they have a rule named met, with its place.
func (r *Revision) requirementPackages() map[string]*ast.Location {
	packages := make(map[string]*ast.Location)
	for _, name := range slices.Sorted(maps.Keys(r.compiler.Modules)) {
		module := r.compiler.Modules[name]
		for _, rule := range module.Rules {
			if ref := rule.Head.Ref(); len(ref) == 1 && ref[0].Value.Compare(ast.Var("met")) == 0 {
				if pkg := packageName(module); packages[pkg] == nil {
					packages[pkg] = rule.Location
				}
			}
		}
	}
	return packages
}

// requirementData is a requirement's data.yaml, decoded.
type requirementData struct {
	Ref      string                               `json:"ref"`
	Facts    []string                             `json:"facts"`
	Citation decision.Citation                    `json:"citation"`
	Values   map[string]datedValue                `json:"values"`
	Texts    map[string]decision.RequirementTexts `json:"texts"`
}

type datedValue struct {
	Unit  string   `json:"unit"`
	OneOf []string `json:"one_of"`
	Dated []struct {
		Since     decision.Day      `json:"since"`
		Value     any               `json:"value"`
		Citation  decision.Citation `json:"citation"`
		Uncertain bool              `json:"uncertain"`
	} `json:"dated"`
}

func (d *document) decode(into any) error {
	raw, err := json.Marshal(d.value)
	if err != nil {
		return err
	}
	return util.UnmarshalJSON(raw, into)
}

func (r *Revision) checkRequirementData(name string, d *document, found *problems) {
	var data requirementData
	if err := d.decode(&data); err != nil {
		found.add(name, 1, "%v", err)
		return
	}
	for i, kind := range data.Facts {
		if r.kinds[kind] == nil {
			found.add(name, d.line([]string{"facts", itoa(i)}), "%s: %s", kind, unknownKind(kind, r.kinds))
		}
	}
	for _, value := range slices.Sorted(maps.Keys(data.Values)) {
		checkDated(name, d, value, data.Values[value], found)
	}
	checkTexts(name, d, data.Texts, found)
	r.checkPlaceholders(name, d, data.Texts, found)
}

// checkPlaceholders: sentences name only values that the requirement shows.
func (r *Revision) checkPlaceholders(name string, d *document, texts map[string]decision.RequirementTexts, found *problems) {
	shown := r.shownBy(strings.ReplaceAll(path.Dir(name), "/", "."))
	if shown == nil {
		return
	}
	for language, t := range texts {
		for group, sentences := range map[string]map[string]string{"found": t.Found, "action": t.Action} {
			for code, sentence := range sentences {
				for _, value := range decision.Placeholders(sentence) {
					if !slices.Contains(shown, value) {
						found.add(name, d.line([]string{"texts", language, group, code}), "texts.%s.%s.%s: the requirement shows no value {%s}%s",
							language, group, code, value, schema.Suggest(value, shown))
					}
				}
			}
		}
	}
}

// shownBy lists the names that the package's rules under shown define, nil if one of
// them is only known when it is evaluated.
func (r *Revision) shownBy(pkg string) []string {
	names := []string{}
	for _, module := range r.compiler.Modules {
		if packageName(module) != pkg {
			continue
		}
		for _, rule := range module.Rules {
			ref := rule.Head.Ref()
			if ref[0].Value.Compare(ast.Var("shown")) != 0 {
				continue
			}
			if len(ref) < 2 {
				return nil
			}
			name, ok := ref[1].Value.(ast.String)
			if !ok {
				return nil
			}
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func checkDated(name string, d *document, value string, v datedValue, found *problems) {
	for i, entry := range v.Dated {
		at := []string{"values", value, "dated", itoa(i)}
		if i > 0 && entry.Since <= v.Dated[i-1].Since {
			found.add(name, d.line(append(at, "since")), "values.%s: %s does not come after %s; entries stand in the order of their dates", value, entry.Since, v.Dated[i-1].Since)
		}
		var members []any
		switch x := entry.Value.(type) {
		case string:
			members = []any{x}
		case []any:
			members = x
		}
		for _, member := range members {
			word, _ := member.(string)
			if v.OneOf != nil && !slices.Contains(v.OneOf, word) {
				found.add(name, d.line(append(at, "value")), "values.%s: %q must be one of %s", value, word, strings.Join(v.OneOf, ", "))
			}
		}
	}
}

// checkTexts: every language says the same things with the same values.
func checkTexts(name string, d *document, texts map[string]decision.RequirementTexts, found *problems) {
	groups := make(map[string]map[string]map[string]string)
	for language, t := range texts {
		groups[language] = map[string]map[string]string{"found": t.Found, "action": t.Action, "words": t.Words}
	}
	checkTranslations(name, d, groups, found)
}

// programData is a program's data.yaml, decoded.
type programData struct {
	Actions map[string]struct {
		Gates    []string          `json:"gates"`
		Citation decision.Citation `json:"citation"`
	} `json:"actions"`
	Texts map[string]decision.ProgramTexts `json:"texts"`
}

func checkProgramData(name string, d *document, found *problems) {
	var data programData
	if err := d.decode(&data); err != nil {
		found.add(name, 1, "%v", err)
		return
	}
	groups := make(map[string]map[string]map[string]string)
	for language, t := range data.Texts {
		groups[language] = map[string]map[string]string{
			"outcomes": t.Outcomes, "rollups": t.Rollups, "statuses": t.Statuses, "actions": t.Actions, "words": t.Words,
			"heading": {"": t.Heading},
		}
		for action := range data.Actions {
			if t.Actions[action] == "" {
				found.add(name, d.line([]string{"texts", language, "actions"}), "texts.%s.actions: %q is missing", language, action)
			}
		}
		for action := range t.Actions {
			if _, known := data.Actions[action]; !known {
				found.add(name, d.line([]string{"texts", language, "actions", action}), "texts.%s.actions: there is no action %q%s",
					language, action, schema.Suggest(action, slices.Sorted(maps.Keys(data.Actions))))
			}
		}
	}
	checkTranslations(name, d, groups, found)
}

// checkTranslations compares, group by group, what each language says with the first.
func checkTranslations(name string, d *document, texts map[string]map[string]map[string]string, found *problems) {
	languages := slices.Sorted(maps.Keys(texts))
	reference := languages[0]
	for _, language := range languages[1:] {
		for group := range texts[reference] {
			pair := [2]map[string]string{texts[reference][group], texts[language][group]}
			checkTranslation(name, d, [2]string{reference, language}, group, pair, found)
		}
	}
}

func checkTranslation(name string, d *document, languages [2]string, group string, texts [2]map[string]string, found *problems) {
	for side, other := range [2]int{1, 0} {
		for code, sentence := range texts[side] {
			at := []string{"texts", languages[side], group, code}
			translation, ok := texts[other][code]
			if !ok {
				found.add(name, d.line(at), "texts.%s.%s: %q is missing in the language %q", languages[side], group, code, languages[other])
				continue
			}
			if side == 0 && !slices.Equal(placeholders(sentence), placeholders(translation)) {
				at[1] = languages[1]
				found.add(name, d.line(at), "texts.%s.%s.%s: names %s, but in %q the sentence names %s", languages[1], group, code,
					inBraces(placeholders(translation)), languages[0], inBraces(placeholders(sentence)))
			}
		}
	}
}

func placeholders(sentence string) []string {
	names := decision.Placeholders(sentence)
	slices.Sort(names)
	return slices.Compact(names)
}

func inBraces(names []string) string {
	if len(names) == 0 {
		return "no value"
	}
	return "{" + strings.Join(names, "} {") + "}"
}
