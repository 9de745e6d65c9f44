package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"assay/db"
	"assay/server/decision"
)

// noon is when these tests begin.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const forever = decision.Day("9999-12-31")

// status is a fact that differs by its value only.
func status(value string) decision.Fact {
	return decision.Fact{
		Kind: "membership", Source: "microsoft", ValidFrom: "2026-01-01",
		Body: fmt.Appendf(nil, `{"status":%q}`, value),
	}
}

// recording is one of facts about a partner at an instant, digest included.
func recording(partner string, at time.Time, facts ...decision.Fact) decision.Recording {
	return decision.Recording{
		Partner: partner, At: at, Facts: facts, Digest: decision.Digest(fmt.Append(nil, partner, facts)),
	}
}

func record(t *testing.T, db *db.DB, partner string, at time.Time, facts ...decision.Fact) []decision.Fact {
	t.Helper()
	recorded, replayed, err := db.RecordFacts(t.Context(), recording(partner, at, facts...))
	if err != nil {
		t.Fatal(err)
	}
	if replayed {
		t.Fatal("a recording without a key was replayed")
	}
	return recorded
}

// known are the partner's facts as they were known at an instant; zero is now.
func known(t *testing.T, db *db.DB, partner string, at time.Time) []decision.Fact {
	t.Helper()
	position, _, err := db.Position(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := db.Facts(t.Context(), partner, forever, position)
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// tree saves a revision that decisions can refer to.
func tree(t *testing.T, db *db.DB) string {
	t.Helper()
	digest := decision.Digest([]byte("tree"))
	files := map[string][]byte{"a/a.rego": []byte("package a\n"), "a/data.yaml": []byte("x: 1\n")}
	if err := activate(t, db, digest, files, noon); err != nil {
		t.Fatal(err)
	}
	return digest
}

func activate(t *testing.T, db *db.DB, digest string, files map[string][]byte, at time.Time) error {
	t.Helper()
	_, err := db.Activate(context.WithoutCancel(t.Context()), decision.Activation{Revision: digest, At: at}, files)
	return err
}

// decided is a decision about a partner, complete enough to be logged.
func decided(id, partner, revision string, at time.Time) decision.Decision {
	return decision.Decision{
		ID: id, Program: "csp.enrollment", Partner: partner, Outcome: decision.Eligible,
		Revision: revision, AsOf: "2026-03-01", KnownAt: at, FactsDigest: decision.Digest([]byte("facts")),
		Result: []byte(`{"outcome":"eligible"}`), DecidedAt: at, RequestID: "request-1",
	}
}

// keep logs the decision and returns it as it was kept.
func keep(t *testing.T, db *db.DB, d decision.Decision) decision.Decision {
	t.Helper()
	kept, err := db.Append(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// with adds facts that came with the request.
func with(d decision.Decision, given string) decision.Decision {
	d.Given, d.GivenDigest = []byte(given), decision.Digest([]byte(given))
	return d
}

func ids(found []decision.LoggedDecision) []string {
	list := make([]string, len(found))
	for i, d := range found {
		list[i] = d.ID
	}
	return list
}
