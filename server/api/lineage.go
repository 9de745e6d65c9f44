package api

import (
	"fmt"

	"assay/server/decision"
	"assay/server/explain"
)

// addLineage says of each value where it is from, and of each report that does not count
// what settled that.
func addLineage(body *Decision, d decision.Decision, programs []decision.Program, rules decision.FactRules, speaker explain.Language) error {
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return fmt.Errorf("decision %s: %w", d.ID, err)
	}
	for i, f := range result.Findings {
		finding := &body.Requirements[i]
		overruled := d.Overruled(f, rules)
		finding.Overruled = make([]OverruledFact, len(overruled))
		for j, o := range overruled {
			finding.Overruled[j] = writeOverruled(o, rules)
		}
		finding.OverruledText = optional(speaker.Overruled(f, d.Facts, overruled))
		finding.Lineage = []ValueLineage{}
		for _, l := range f.Lineage(d.Program, programs) {
			finding.Lineage = append(finding.Lineage, writeLineage(l))
		}
	}
	return nil
}

func writeOverruled(o decision.Overruled, rules decision.FactRules) OverruledFact {
	f := writeSources([]decision.Fact{o.Fact})[0]
	var body *FactBody
	if o.Fact.Body != nil {
		body = (*FactBody)(&o.Fact.Body)
	}
	return OverruledFact{
		Id: f.Id, Kind: f.Kind, Key: f.Key, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo, Source: f.Source, RecordedAt: f.RecordedAt,
		Rule: OverruledFactRule(o.Rule), Place: writeRule(rules.Places[o.Rule]), By: optional(o.By.ID), Agrees: o.Agrees,
		Rank: optional(o.Rank), ByRank: optional(o.ByRank), Body: body,
	}
}

func writeLineage(l decision.Lineage) ValueLineage {
	w := ValueLineage{Value: l.Value, Facts: list(l.Facts), Of: list(l.Of), Rules: make([]RulePlace, len(l.Rules))}
	for i, at := range l.Rules {
		w.Rules[i] = RulePlace{File: at.File, Line: at.Line}
	}
	if at := l.Dated; at != nil {
		w.Dated = &DatedPlace{
			Name: at.Name, Unit: optional(at.Unit), Since: at.Since, Citation: writeCitation(at.Citation), File: at.Place.File, Line: at.Place.Line,
		}
	}
	return w
}
