package db_test

import (
	"path/filepath"
	"strings"
	"testing"

	"assay/db"
	"assay/server/decision"
)

// An error that reaches the log must say what was being done.
func TestErrorsSayWhatWasBeingDone(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, err := db.Open(ctx, filepath.Join(t.TempDir(), "assay.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	only := func(errs ...any) error { return errs[len(errs)-1].(error) }
	for want, err := range map[string]error{
		"record facts of p: begin":              only(d.RecordFacts(ctx, recording("p", noon, status("active")))),
		"find the position in the fact log":     only(d.Position(ctx, noon)),
		"read facts of p":                       only(d.Facts(ctx, "p", forever, 1)),
		"list partners":                         only(d.Partners(ctx, "", 1)),
		"append decision d-1 to the log: begin": only(d.Append(ctx, decided("d-1", "p", "", noon))),
		"count decisions":                       only(d.Tally(ctx, decision.TallyQuery{})),
		"read decision d-1":                     only(d.Decision(ctx, "d-1")),
		"search the decision log":               only(d.Decisions(ctx, decision.DecisionQuery{Limit: 1})),
		"read the decision log after 3":         only(d.DecisionsInOrder(ctx, 3, 9, 1)),
		"look into the decision log after 3":    only(d.NextDecision(ctx, 3)),
		"find the end of the decision log":      only(d.LastDecision(ctx)),
		"activate revision r: begin":            only(d.Activate(ctx, decision.Activation{Revision: "r"}, map[string][]byte{"a": nil})),
		"read the last activation":              only(d.LastActivation(ctx)),
		"read the activations":                  only(d.Activations(ctx, "", 0, 1)),
		"read revision r":                       only(d.RevisionFiles(ctx, "r")),
		"read from the database":                d.Ping(ctx),
		"keep report r: begin":                  d.KeepReport(ctx, decision.Report{ID: "r"}),
		"read report r":                         only(d.Report(ctx, "r")),
		"list the reports":                      only(d.Reports(ctx, 0, 1)),
		"accept report r: begin":                only(d.Accept(ctx, "r", decision.Acceptance{By: "ada"})),
		"read who accepted report r":            only(d.Acceptance(ctx, "r")),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want+": ") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
