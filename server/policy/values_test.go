package policy_test

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"assay/server/policy"
)

// TestChangingAValueIsNeverRefused edits every dated value of every requirement to
// other legal ones. The tree's own tests bring their own values, so the gate must not
// mind.
func TestChangingAValueIsNeverRefused(t *testing.T) {
	t.Parallel()
	shippedTree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(value map[string]any){
		"greater, or another choice": func(value map[string]any) { eachEntry(value, another) },
		"zero, or a single member":   func(value map[string]any) { eachEntry(value, least) },
		"without history": func(value map[string]any) {
			dated := value["dated"].([]any)
			value["dated"] = dated[len(dated)-1:]
		},
		"with a new entry": func(value map[string]any) {
			dated := value["dated"].([]any)
			entry := maps.Clone(dated[len(dated)-1].(map[string]any))
			entry["since"] = "2026-01-01"
			value["dated"] = append(dated, entry)
			eachEntry(map[string]any{"unit": value["unit"], "one_of": value["one_of"], "dated": []any{entry}}, another)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := maps.Clone(shippedTree)
			edited := 0
			for file, content := range shippedTree {
				if path.Base(file) != "data.yaml" || !strings.Contains(string(content), "\nvalues:") {
					continue
				}
				var data map[string]any
				if err := yaml.Unmarshal(content, &data); err != nil {
					t.Fatal(err)
				}
				for _, value := range data["values"].(map[string]any) {
					edit(value.(map[string]any))
					edited++
				}
				if tree[file], err = json.Marshal(data); err != nil { // JSON is YAML
					t.Fatal(err)
				}
			}
			if edited < 10 {
				t.Fatalf("only %d values were edited", edited)
			}
			if _, err := policy.Gate(t.Context(), tree); err != nil {
				t.Error(err)
			}
		})
	}
}

func eachEntry(value map[string]any, change func(unit string, oneOf []any, was any) any) {
	unit, _ := value["unit"].(string)
	oneOf, _ := value["one_of"].([]any)
	for _, entry := range value["dated"].([]any) {
		e := entry.(map[string]any)
		e["value"] = change(unit, oneOf, e["value"])
	}
}

func another(unit string, oneOf []any, was any) any {
	switch unit {
	case "choice":
		return oneOf[(slices.Index(oneOf, was)+1)%len(oneOf)]
	case "set":
		return oneOf
	case "day_of_month":
		return 15
	default:
		return was.(int) + 1
	}
}

func least(unit string, oneOf []any, _ any) any {
	switch unit {
	case "choice":
		return oneOf[0]
	case "set":
		return oneOf[:1]
	case "day_of_month":
		return 1
	default:
		return 0
	}
}
