package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util"

	"assay/server/decision"
	"assay/server/policy"
)

// stockBundle loads the folder as opa -b does.
func stockBundle(t *testing.T, dir string) *bundle.Bundle {
	t.Helper()
	b, err := loader.NewFileLoader().WithProcessAnnotation(true).AsBundle(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A query gives the JSON that stock OPA gives for the same tree and input.
func TestQueriesAgreeWithStockOPA(t *testing.T) {
	t.Parallel()
	revision, err := policy.Load(t.Context(), shippedTree(t))
	if err != nil {
		t.Fatal(err)
	}
	stock := stockBundle(t, shipped)
	input := []byte(`{"as_of": "2024-06-15", "program": "csp.direct_bill.enrollment", "facts": {"infrastructure": [
		{"id": "1", "kind": "infrastructure", "key": "", "source": "partner", "valid_from": "2024-01-01", "body": {"billing": "in_use"}}]}, "ended": {}}`)
	for _, query := range []string{
		"data.csp.direct_bill.enrollment.decision",
		`"unknown" == data.csp.direct_bill.enrollment.decision.findings[i].status; x := data.languages.it.name`,
		"data.csp.direct_bill.requirements[id].met == false",
		"data.nothing",
		`[1 / 3, 1e400 > 1, "è <", data.lib.calendar.add_months(input.as_of, 12)]`,
	} {
		got, err := revision.Query(t.Context(), query, input)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var value any
		if err := util.Unmarshal(input, &value); err != nil {
			t.Fatal(err)
		}
		results, err := rego.New(rego.Query(query), rego.ParsedBundle("policies", stock), rego.Input(value)).Eval(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		want, err := json.MarshalIndent(struct {
			Result rego.ResultSet `json:"result,omitempty"`
		}{results}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSpace(got), want) {
			t.Errorf("%s: got\n%s\nstock OPA says\n%s", query, got, want)
		}
	}
}

// Formatting gives what stock OPA gives, also for what nobody would write.
func TestFormatAgreesWithStockOPA(t *testing.T) {
	t.Parallel()
	files := map[string]string{"odd.rego": "package   a\nimport data.b\n# why\nx   := {1,2,\n3}\ny[z] { z := b.c }\n", "if.rego": "package a\nx if   { true ; 1>0 }\nelse := 3\n"}
	for name, content := range shippedTree(t) {
		if strings.HasSuffix(name, ".rego") {
			files[name] = strings.ReplaceAll(string(content), "\n\n", "\n\n\n\n")
		}
	}
	for name, content := range files {
		got, err := policy.Format(name, []byte(content))
		want, wantErr := format.Source(name, []byte(content))
		if (err != nil) != (wantErr != nil) || string(got) != string(want) {
			t.Errorf("%s: got %s (%v), stock OPA says %s (%v)", name, got, err, want, wantErr)
		}
	}
}

// Every Rego test gets the verdict that stock OPA gives it, in a tree where some fail, one
// errs and one is skipped.
func TestVerdictsAgreeWithStockOPA(t *testing.T) {
	t.Parallel()
	tree := shippedTree(t)
	replace(infrastructure+"/infrastructure.rego", `known.billing == "in_use"`, `known.billing == "planned"`)(t, tree)
	tree["lib/odd/odd_test.rego"] = []byte(`package lib.odd_test

todo_test_later if false

test_twice if true

test_twice if false

test_table[name] if {
	some name, n in {"one": 1, "two": 2}
	n == 1
}
`)
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{"", "infrastructure_test", "odd_test.test_t"} {
		report, err := revision.RunTests(t.Context(), filter, false)
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]string)
		for _, r := range report.Results {
			verdict := "pass"
			switch {
			case r.Skipped:
				verdict = "skip"
			case r.Failure != "":
				verdict = fmt.Sprintf("fail at %s", r.File)
			}
			got["data."+r.Package+"."+r.Name] = verdict
		}
		want := stockVerdicts(t, tree, filter)
		if !maps.Equal(got, want) {
			t.Errorf("%q: got %v\nstock OPA says %v", filter, got, want)
		}
		if len(got) < 2 {
			t.Errorf("%q picks only %v", filter, got)
		}
	}
}

func stockVerdicts(t *testing.T, tree policy.Tree, filter string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range tree {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	store := inmem.New()
	verdicts := make(map[string]string)
	err := storage.Txn(t.Context(), store, storage.WriteParams, func(txn storage.Transaction) error {
		runner := tester.NewRunner().SetStore(store).SetBundles(map[string]*bundle.Bundle{dir: stockBundle(t, dir)}).Filter(filter)
		results, err := runner.RunTests(t.Context(), txn)
		if err != nil {
			return err
		}
		for r := range results {
			verdict := "pass"
			switch {
			case r.Skip:
				verdict = "skip"
			case !r.Pass():
				file, err := filepath.Rel(dir, filepath.Join("/", r.Location.File))
				if err != nil {
					return err
				}
				verdict = fmt.Sprintf("fail at %s", filepath.ToSlash(file))
			}
			verdicts[r.Package+"."+r.Name] = verdict
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// The input that an event has gives, under OPA's path, the result that was decided.
func TestInputIsWhatWasEvaluated(t *testing.T) {
	t.Parallel()
	revision, err := policy.Load(t.Context(), shippedTree(t))
	if err != nil {
		t.Fatal(err)
	}
	q := decision.Question{Program: "csp.direct_bill.actions", Action: "submit_application", AsOf: "2024-06-15", Actor: &decision.Actor{ID: "ada", Roles: []string{"global_admin"}}}
	facts := decision.Facts{
		Held:  []decision.Fact{{ID: "fact-1", Kind: "signatory", Key: "Maria Rossi", Source: "partner", ValidFrom: "2024-01-01", Body: []byte(`{"authority":"full"}`)}},
		Ended: []decision.Fact{{ID: "fact-2", Kind: "membership", Source: "microsoft", ValidFrom: "2023-01-01", ValidTo: "2024-01-01", Body: []byte(`{"status":"active"}`)}},
	}
	want, err := revision.Evaluate(t.Context(), q, facts)
	if err != nil {
		t.Fatal(err)
	}
	input, err := policy.Input(q, facts)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := revision.Query(t.Context(), "data.csp.direct_bill.actions.decision", input)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Result []struct {
			Expressions []struct{ Value json.RawMessage }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	got, err := decision.Canonical(answer.Result[0].Expressions[0].Value)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}
