package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	opa "github.com/open-policy-agent/opa/v1/version"

	"assay/server/decision"
	"assay/server/policy"
)

// goldenFolder has, for each tree that ships, the tree as it was once, as a bundle, and
// what its cases gave then. It depends on nothing in policies/: it says whether what
// evaluates still gives the same answers, whatever becomes of the rules.
const goldenFolder = "testdata/replay"

// golden is what the cases of one policy tree gave once.
type golden struct {
	// OPA is the version that gave it.
	OPA       string           `json:"opa"`
	Decisions []goldenDecision `json:"decisions"`
}

// goldenDecision is named by its case.
type goldenDecision struct {
	Case        string           `json:"case"`
	Program     string           `json:"program"`
	Action      string           `json:"action,omitempty"`
	Actor       *decision.Actor  `json:"actor,omitempty"`
	AsOf        decision.Day     `json:"as_of"`
	Facts       []goldenFact     `json:"facts"`
	FactsDigest string           `json:"facts_digest"`
	Outcome     decision.Outcome `json:"outcome"`
	Result      json.RawMessage  `json:"result"`
}

type goldenFact struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind"`
	Key        string          `json:"key,omitempty"`
	Source     string          `json:"source"`
	ValidFrom  decision.Day    `json:"valid_from"`
	ValidTo    decision.Day    `json:"valid_to,omitempty"`
	Body       json.RawMessage `json:"body"`
	RecordedAt time.Time       `json:"recorded_at"`
}

// goldenLog is a log of one decision, of the revision that made it.
type goldenLog struct {
	revision decision.Revision
	decision goldenDecision
}

func (l goldenLog) Revision(context.Context, string) (decision.Revision, error) {
	return l.revision, nil
}

func (l goldenLog) Facts(context.Context, string, decision.Day, int64) ([]decision.Fact, error) {
	facts := make([]decision.Fact, len(l.decision.Facts))
	for i, f := range l.decision.Facts {
		facts[i] = decision.Fact{
			ID: f.ID, Kind: f.Kind, Key: f.Key, Source: f.Source, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo, Body: f.Body, RecordedAt: f.RecordedAt,
		}
		if string(f.Body) == "null" {
			facts[i].Body = nil
		}
	}
	return facts, nil
}

func (l goldenLog) replay(t *testing.T) decision.Replay {
	t.Helper()
	g := l.decision
	r, err := decision.ReplayOf(t.Context(), l, l, decision.Decision{
		ID: g.Case, Program: g.Program, Action: g.Action, Actor: g.Actor, AsOf: g.AsOf, Partner: "of the case",
		Revision: l.revision.Digest(), FactsDigest: g.FactsDigest, Outcome: g.Outcome, Result: g.Result,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestGoldenDecisions catches a new version of OPA, or a change of ours, that changes a
// single answer to a question that was asked before. UPDATE=1 makes the corpus anew from the
// policies that ship now; then it does not say any more what was answered before, so that
// is for trees that have grown, never for answers that differ.
func TestGoldenDecisions(t *testing.T) {
	t.Parallel()
	for name, folders := range trees {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Getenv("UPDATE") != "" {
				writeGolden(t, name, folders)
			}
			revision, g := readGolden(t, name)
			programs := make(map[string]bool)
			for _, d := range g.Decisions {
				programs[d.Program] = true
				for _, difference := range (goldenLog{revision, d}).replay(t).Differences {
					t.Errorf("%s: made by OPA %s, and another answer by %s: %s", d.Case, g.OPA, opa.Version, difference)
				}
			}
			for _, p := range revision.Programs() {
				if !programs[p.Name] {
					t.Errorf("no decision of %s", p.Name)
				}
			}
			if len(g.Decisions) < 90 {
				t.Errorf("only %d decisions", len(g.Decisions))
			}
			// The net has no hole: another byte in any part of an answer is seen.
			changed := g.Decisions[0]
			changed.Result = bytes.Replace(changed.Result, []byte(`"status":"`), []byte(`"status":"x`), 1)
			if (goldenLog{revision, changed}).replay(t).Equal() {
				t.Error("another result went unnoticed")
			}
			changed = g.Decisions[0]
			changed.Facts = changed.Facts[1:]
			if (goldenLog{revision, changed}).replay(t).Equal() {
				t.Error("other facts went unnoticed")
			}
		})
	}
}

func readGolden(t *testing.T, name string) (*policy.Revision, golden) {
	t.Helper()
	bundle, err := os.Open(filepath.Join(goldenFolder, name+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer bundle.Close()
	tree, err := policy.ReadBundle(bundle)
	if err != nil {
		t.Fatal(err)
	}
	revision, err := policy.Reload(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(goldenFolder, name+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	content, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.NewDecoder(content).Decode(&g); err != nil {
		t.Fatal(err)
	}
	return revision, g
}

func writeGolden(t *testing.T, name string, folders []string) {
	t.Helper()
	revision, err := loadPolicies(t.Context(), folders)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := revision.Cases()
	if err != nil {
		t.Fatal(err)
	}
	g := golden{OPA: opa.Version}
	for _, c := range cases {
		d, err := revision.DecideCase(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		made := goldenDecision{
			Case: strings.TrimSuffix(c.File, ".txtar"), Program: d.Program, Action: d.Action, Actor: d.Actor, AsOf: d.AsOf,
			FactsDigest: d.FactsDigest, Outcome: d.Outcome, Result: d.Result,
		}
		for _, f := range c.Known() {
			made.Facts = append(made.Facts, goldenFact{f.ID, f.Kind, f.Key, f.Source, f.ValidFrom, f.ValidTo, f.Body, f.RecordedAt})
		}
		g.Decisions = append(g.Decisions, made)
	}
	var content bytes.Buffer
	compressed := gzip.NewWriter(&content)
	encoder := json.NewEncoder(compressed)
	encoder.SetEscapeHTML(false) // a result is its bytes
	if err := encoder.Encode(g); err != nil {
		t.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	// What is there to test policies decides nothing.
	tree := policy.Tree(revision.Files())
	maps.DeleteFunc(tree, func(file string, _ []byte) bool {
		return strings.HasSuffix(file, "_test.rego") || slices.Contains(strings.Split(file, "/"), "cases")
	})
	deciding, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := deciding.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	for file, written := range map[string][]byte{name + ".json.gz": content.Bytes(), name + ".tar.gz": bundle} {
		if err := os.WriteFile(filepath.Join(goldenFolder, file), written, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
