package decision_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/server/decision"
)

// records are the facts of the only partner there is.
type records []decision.Fact

func (r records) Facts(context.Context, string, decision.Day, int64) ([]decision.Fact, error) {
	return r, nil
}

func TestOverruled(t *testing.T) {
	t.Parallel()
	by := func(source string, f decision.Fact) decision.Fact { f.Source = source; return f }
	rules := decision.FactRules{Ranks: map[string]int{"microsoft": 1, "assessor": 2, "registry": 2, "partner": 4}}
	active := func(id string, minute int) decision.Fact {
		return record(id, "2024-01-01", "", minute, `{"status":"active"}`)
	}
	lapsed := func(id string, minute int) decision.Fact {
		return record(id, "2024-01-01", "", minute, `{"status":"lapsed"}`)
	}
	other := active("other", 9)
	other.Key = "another"
	for name, test := range map[string]struct {
		records records
		used    []string
		want    []string
	}{
		"alone":                     {records{active("a", 1)}, []string{"a"}, nil},
		"nothing used":              {records{active("a", 1), lapsed("b", 2)}, nil, nil},
		"corrected":                 {records{lapsed("a", 1), active("b", 2)}, []string{"b"}, []string{"a recorded_last by b"}},
		"corrected twice":           {records{lapsed("a", 1), active("b", 2), active("c", 3)}, []string{"c"}, []string{"a recorded_last by c", "b recorded_last by c agrees"}},
		"over before":               {records{record("a", "2024-01-01", "2024-02-01", 1, `{}`), active("b", 2)}, []string{"b"}, nil},
		"of another key":            {records{other, active("b", 2)}, []string{"b"}, nil},
		"a stronger source":         {records{by("microsoft", active("a", 1)), lapsed("b", 2)}, []string{"a"}, []string{"b rank_of_sources by a 4>1"}},
		"a stronger one that agree": {records{by("microsoft", active("a", 1)), active("b", 2)}, []string{"a"}, []string{"b rank_of_sources by a 4>1 agrees"}},
		"three sources": {
			records{by("microsoft", active("a", 1)), by("registry", lapsed("b", 2)), lapsed("c", 3), lapsed("d", 4)}, []string{"a"},
			[]string{"c recorded_last by d agrees", "d rank_of_sources by a 4>1", "b rank_of_sources by a 2>1"},
		},
		"equal rank": {
			records{by("assessor", active("a", 1)), by("registry", lapsed("b", 2)), lapsed("c", 3)}, []string{"a", "b"},
			[]string{"a equal_rank by  2>2", "c rank_of_sources by a 4>2", "b equal_rank by  2>2"},
		},
		"equal rank and agreement": {records{by("assessor", active("a", 1)), by("registry", active("b", 2))}, []string{"a", "b"}, nil},
		"recorded together":        {records{active("a", 1), lapsed("b", 1)}, []string{"a", "b"}, []string{"a equal_rank by  4>4", "b equal_rank by  4>4"}},
		"taken back by a stronger source": {
			records{by("microsoft", lapsed("a", 1)), by("microsoft", record("b", "2024-01-01", "", 2, "")), active("c", 3)}, []string{"c"},
			[]string{"a recorded_last by b"},
		},
	} {
		d, err := decision.WithFacts(t.Context(), test.records, decision.Decision{Partner: "p", AsOf: "2024-06-15"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range d.Overruled(decision.Finding{Facts: test.used}, rules) {
			line := fmt.Sprintf("%s %s by %s", o.Fact.ID, o.Rule, o.By.ID)
			if o.Rank > 0 {
				line += fmt.Sprintf(" %d>%d", o.Rank, o.ByRank)
			}
			if o.Agrees {
				line += " agrees"
			}
			got = append(got, line)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

// A fact that came with the request replaces a stored one, and is not said to have been
// recorded.
func TestOverruledByAGivenFact(t *testing.T) {
	t.Parallel()
	d := decision.Decision{
		Partner: "p", AsOf: "2024-06-15",
		Given: []byte(`[{"id":"/facts/0","kind":"membership","source":"partner","valid_from":"2024-01-01","body":{"status":"active"}}]`),
	}
	d, err := decision.WithFacts(t.Context(), records{record("a", "2024-01-01", "", 1, `{}`)}, d)
	if err != nil {
		t.Fatal(err)
	}
	got := d.Overruled(decision.Finding{Facts: []string{"/facts/0"}}, decision.FactRules{Ranks: map[string]int{"partner": 4}})
	if len(got) != 1 || got[0].Fact.ID != "a" || got[0].By.ID != "/facts/0" || !d.Facts.Held[0].RecordedAt.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestLineage(t *testing.T) {
	t.Parallel()
	page := decision.Citation{Title: "Page", URL: "https://example.com"}
	entry := func(since decision.Day, value any, line int) decision.DatedEntry {
		return decision.DatedEntry{Since: since, Value: value, Citation: page, Place: decision.Location{File: "a/data.yaml", Line: line}}
	}
	programs := []decision.Program{{Name: "p", Requirements: []decision.Requirement{
		{
			ID: "revenue", Shown: map[string][]decision.Location{"actual": {{File: "a/a.rego", Line: 7}, {File: "a/a.rego", Line: 9}}},
			Values: []decision.DatedValue{
				{Name: "minimum", Unit: "usd_cents", Entries: []decision.DatedEntry{entry("2018-01-01", json.Number("100"), 3), entry("2020-01-01", json.Number("300"), 5)}},
				{Name: "months", Unit: "months", Entries: []decision.DatedEntry{entry("2020-01-01", json.Number("300"), 8)}},
				{Name: "types", Unit: "choice", Entries: []decision.DatedEntry{entry("2021-01-01", []any{"b", "a"}, 12)}},
			},
		},
		{ID: "deadline"},
	}}}
	required := func(l []decision.Lineage) string {
		for _, of := range l {
			if of.Value == "required" && of.Dated != nil {
				return fmt.Sprintf("%s %s %s:%d", of.Dated.Name, of.Dated.Since, of.Dated.Place.File, of.Dated.Place.Line)
			}
		}
		return ""
	}
	shown := func(since string, required any) map[string]any {
		return map[string]any{"since": since, "required": required, "citation": map[string]any{"title": page.Title, "url": page.URL}}
	}
	for name, test := range map[string]struct {
		finding decision.Finding
		want    string
	}{
		"the number":            {decision.Finding{ID: "revenue", Shown: shown("2020-01-01", map[string]any{"usd_cents": json.Number("300")})}, "minimum 2020-01-01 a/data.yaml:5"},
		"written otherwise":     {decision.Finding{ID: "revenue", Shown: shown("2020-01-01", map[string]any{"usd_cents": json.Number("3e2")})}, "minimum 2020-01-01 a/data.yaml:5"},
		"its unit decides":      {decision.Finding{ID: "revenue", Shown: shown("2020-01-01", map[string]any{"months": json.Number("300")})}, "months 2020-01-01 a/data.yaml:8"},
		"the earlier entry":     {decision.Finding{ID: "revenue", Shown: shown("2018-01-01", map[string]any{"usd_cents": json.Number("100")})}, "minimum 2018-01-01 a/data.yaml:3"},
		"choices":               {decision.Finding{ID: "revenue", Shown: shown("2021-01-01", map[string]any{"any_of": []any{"a", "b"}})}, "types 2021-01-01 a/data.yaml:12"},
		"a list of choices":     {decision.Finding{ID: "revenue", Shown: shown("2021-01-01", []any{"a", "b"})}, "types 2021-01-01 a/data.yaml:12"},
		"of another":            {decision.Finding{ID: "deadline", Shown: shown("2020-01-01", map[string]any{"usd_cents": json.Number("300")})}, "minimum 2020-01-01 a/data.yaml:5"},
		"another number":        {decision.Finding{ID: "revenue", Shown: shown("2020-01-01", map[string]any{"usd_cents": json.Number("301")})}, ""},
		"another day":           {decision.Finding{ID: "revenue", Shown: shown("2019-01-01", map[string]any{"usd_cents": json.Number("300")})}, ""},
		"two that it could be":  {decision.Finding{ID: "revenue", Shown: shown("2020-01-01", json.Number("300"))}, ""},
		"nothing that it shows": {decision.Finding{ID: "revenue", Shown: map[string]any{"required": json.Number("300")}}, ""},
	} {
		if got := required(test.finding.Lineage("p", programs)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}

	f := decision.Finding{ID: "revenue", Facts: []string{"fact-1"}, Shown: shown("2020-01-01", map[string]any{"usd_cents": json.Number("300")})}
	f.Shown["actual"], f.Shown["gap"], f.Shown["window"] = json.Number("200"), json.Number("100"), "x"
	dated := &decision.DatedPlace{Name: "minimum", Unit: "usd_cents", DatedEntry: entry("2020-01-01", json.Number("300"), 5)}
	want := []decision.Lineage{
		{Value: "actual", Facts: f.Facts, Rules: programs[0].Requirements[0].Shown["actual"]},
		{Value: "required", Dated: dated},
		{Value: "gap", Of: []string{"actual", "required"}},
		{Value: "since", Dated: dated},
		{Value: "citation", Dated: dated},
		{Value: "window"},
	}
	if diff := cmp.Diff(want, f.Lineage("p", programs)); diff != "" {
		t.Error(diff)
	}
	// A rule's own value that is no dated one is not what a partner said.
	f.Shown = map[string]any{"required": json.Number("30"), "since": "2019-01-01", "day": "2024-06-15"}
	for _, l := range f.Lineage("p", programs) {
		if l.Facts != nil || l.Dated != nil {
			t.Errorf("%+v", l)
		}
	}
}
