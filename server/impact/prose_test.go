package impact

import (
	"slices"
	"testing"

	"assay/server/decision"
)

// What decides nothing is counted, what came and what went is named as such.
func TestProseOfAChange(t *testing.T) {
	t.Parallel()
	p := prose{
		say: Say{Value: func(unit string, value any) string {
			if unit == "day" {
				return value.(string)
			}
			return value.(string) + " " + unit
		}},
		header: Header{
			Files: []decision.FileChange{
				{Path: "a/cases/B.yaml", Change: "changed"}, {Path: "a/cases/one.txtar", Change: "added"},
				{Path: "a/data.yaml", Change: "changed"}, {Path: "a/a_test.rego", Change: "changed"}, {Path: "a/a.rego", Change: "removed"},
			},
			Values: []decision.ValueChange{
				{Folder: "a", Name: "least", Unit: "count", Since: "2026-01-01", Before: "1"},
				{Folder: "a", Name: "most", Unit: "count", Since: "2026-01-01", After: "2"},
				{Folder: "a", Name: "other", Unit: "count", Since: "2026-01-01", Before: "1", After: "2"},
			},
		},
	}
	if got, want := p.files(), []string{"a/data.yaml changed", "a/a.rego removed", "3 files of cases and tests"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	want := []string{
		"a:least: removed, was 1 count from 2026-01-01", "a:most: new, 2 count from 2026-01-01", "a:other: 1 count → 2 count from 2026-01-01",
	}
	if got := p.values(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
