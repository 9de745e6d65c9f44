package policy

import (
	"context"
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"assay/server/decision"
	"assay/server/schema"
)

const (
	schemaFolder  = "schemas/"
	kindFolder    = "schemas/facts/"
	requestSchema = "schemas/request.json"
)

// factKind is one word of the vocabulary: the schema of the body and what the key
// must look like.
type factKind struct {
	body *schema.Schema
	// names are what people call it, by language: x-title of the schema, in English
	// its title.
	names map[string]string
	key   *keyRule
}

// keyRule is the keyword x-key of a kind's schema; a kind without it has no key.
type keyRule struct {
	Pattern string `json:"pattern"`
	Example string `json:"example"`
	// Equals names the field of the body that the key repeats, Begins the one that it
	// begins with, before a colon.
	Equals  string `json:"equals"`
	Begins  string `json:"begins"`
	pattern *regexp.Regexp
}

// loadSchemas reads schemas/ for two uses: facts are checked against the kinds when
// they come in, and the compiler checks with the same schemas that policies only
// refer to kinds and fields that exist.
func (r *Revision) loadSchemas(_ context.Context, found *problems) {
	r.schemas = ast.NewSchemaSet()
	r.kinds = make(map[string]*factKind)
	bodies := make(map[string]any)
	var request map[string]any
	for _, name := range r.tree.with(".json") {
		if !strings.HasPrefix(name, schemaFolder) {
			continue
		}
		var document any
		if err := util.UnmarshalJSON(r.tree[name], &document); err != nil {
			found.add(name, lineOfJSONError(r.tree[name], err), "%v", err)
			continue
		}
		if name == requestSchema {
			request, _ = document.(map[string]any)
			continue
		}
		r.schemas.Put(schemaRef(name), document)
		if strings.HasPrefix(name, kindFolder) {
			kind := strings.TrimSuffix(path.Base(name), ".json")
			r.kinds[kind] = loadKind(name, document, found)
			checkPersonal(name, r.tree[name], found)
			bodies[kind] = document
		}
	}
	if request == nil {
		found.add(requestSchema, 0, "the schema of the input is missing")
		return
	}
	if err := typeFacts(request, bodies); err != "" {
		found.add(requestSchema, 0, "%s", err)
	}
	r.schemas.Put(schemaRef(requestSchema), request)
}

// schemaRef is how annotations name a schema file: schema.facts.revenue_report.
func schemaRef(name string) ast.Ref {
	ref := ast.SchemaRootRef.Copy()
	for _, part := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(name, schemaFolder), ".json"), "/") {
		ref = append(ref, ast.StringTerm(part))
	}
	return ref
}

func loadKind(name string, document any, found *problems) *factKind {
	compiled, err := schema.Compile(document)
	if err != nil {
		found.add(name, 1, "%v", err)
		return nil
	}
	kind := &factKind{body: compiled}
	object, _ := document.(map[string]any)
	title, _ := object["title"].(string)
	kind.names = map[string]string{"en": title}
	if translated, ok := object["x-title"].(map[string]any); ok {
		for language, name := range translated {
			kind.names[language], _ = name.(string)
		}
	}
	if rule, ok := object["x-key"]; ok {
		raw, _ := json.Marshal(rule)
		kind.key = new(keyRule)
		if err := json.Unmarshal(raw, kind.key); err != nil {
			found.add(name, 1, "x-key: %v", err)
			return nil
		}
		if kind.key.pattern, err = regexp.Compile(kind.key.Pattern); err != nil {
			found.add(name, 1, "x-key: %v", err)
			return nil
		}
	}
	return kind
}

// checkPersonal: what a schema means to declare as personal, and does not, would stay when
// it is erased.
func checkPersonal(name string, schema []byte, found *problems) {
	if _, err := decision.PersonalIn(schema); err != nil {
		found.add(name, 1, "%v", err)
	}
}

// typeFacts puts the body schema of each kind into the schema of the input, which on
// disk leaves bodies open so that a new kind is one new file.
func typeFacts(request map[string]any, bodies map[string]any) string {
	properties, _ := request["properties"].(map[string]any)
	for _, group := range []string{"facts", "ended"} {
		object, _ := properties[group].(map[string]any)
		records, ok := object["additionalProperties"].(map[string]any)
		if !ok {
			return "properties." + group + ".additionalProperties must be the schema of a list of records"
		}
		kinds := make(map[string]any)
		for kind, body := range bodies {
			typed := clone(records).(map[string]any)
			items, _ := typed["items"].(map[string]any)
			fields, ok := items["properties"].(map[string]any)
			if !ok {
				return "properties." + group + ".additionalProperties.items.properties is missing"
			}
			fields["body"] = clone(body)
			delete(fields["body"].(map[string]any), "$schema")
			kinds[kind] = typed
		}
		object["properties"] = kinds
		object["additionalProperties"] = false
	}
	return ""
}

func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for key, below := range v {
			c[key] = clone(below)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, below := range v {
			c[i] = clone(below)
		}
		return c
	default:
		return v
	}
}

// Kinds implements decision.Revision.
func (r *Revision) Kinds() []decision.Kind {
	var list []decision.Kind
	for _, name := range slices.Sorted(maps.Keys(r.kinds)) {
		list = append(list, decision.Kind{Name: name, Schema: r.tree[kindFolder+name+".json"]})
	}
	return list
}

// kindNames are what people call the kinds in the language, else in English.
func (r *Revision) kindNames(language string) map[string]string {
	names := make(map[string]string, len(r.kinds))
	for name, kind := range r.kinds {
		if names[name] = kind.names[language]; names[name] == "" {
			names[name] = kind.names["en"]
		}
	}
	return names
}

// Validate implements decision.Revision.
func (r *Revision) Validate(facts []decision.Fact) []decision.Problem {
	var list []decision.Problem
	for i, f := range facts {
		at := "/" + strconv.Itoa(i)
		add := func(below, message string) {
			list = append(list, decision.Problem{Pointer: at + below, Detail: message})
		}
		kind, ok := r.kinds[f.Kind]
		if !ok {
			add("/kind", unknownKind(f.Kind, r.kinds))
			continue
		}
		body, problems := kind.validateBody(f)
		for _, p := range problems {
			add("/body"+p.Pointer(), p.Message)
		}
		if message := kind.validateKey(f.Key, body); message != "" {
			add("/key", message)
		}
	}
	return list
}

func unknownKind(kind string, kinds map[string]*factKind) string {
	known := slices.Sorted(maps.Keys(kinds))
	return "there is no such kind of fact" + schema.Suggest(kind, known)
}

func (k *factKind) validateBody(f decision.Fact) (map[string]any, []schema.Problem) {
	if f.Body == nil {
		return nil, nil
	}
	var body any
	if err := util.UnmarshalJSON(f.Body, &body); err != nil {
		return nil, []schema.Problem{{Message: "is not JSON"}}
	}
	object, _ := body.(map[string]any)
	return object, k.body.Check(body)
}

func (k *factKind) validateKey(key string, body map[string]any) string {
	switch {
	case k.key == nil && key != "":
		return "this kind of fact has no key"
	case k.key == nil:
		return ""
	case key == "":
		return "this kind of fact needs a key, such as " + strconv.Quote(k.key.Example)
	case !k.key.pattern.MatchString(key):
		return "is not a key of this kind; one looks like " + strconv.Quote(k.key.Example)
	}
	if repeated, ok := body[k.key.Equals].(string); ok && repeated != key {
		return "must be the same as " + k.key.Equals + " in the body"
	}
	begin, _, _ := strings.Cut(key, ":")
	if repeated, ok := body[k.key.Begins].(string); ok && repeated != begin {
		return "must begin with " + k.key.Begins + " of the body"
	}
	return ""
}
