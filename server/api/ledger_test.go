package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/ledger"
)

// ledgerAnswers are what the fake ledger says. The real one is tested end to end.
type ledgerAnswers struct {
	err    error
	status ledger.Status
	tile   ledger.Tile
}

type fakeLedger struct{ *bench }

func (f fakeLedger) Identity() ledger.Identity {
	return ledger.Identity{Origin: "assay/x", Verifier: "assay/x+1+x"}
}
func (f fakeLedger) Status(context.Context) (ledger.Status, error) {
	return f.ledger.status, f.ledger.err
}
func (f fakeLedger) Checkpoint(context.Context) (ledger.Checkpoint, error) {
	return ledger.Checkpoint{Size: 7, Note: "note\n"}, f.ledger.err
}
func (f fakeLedger) Receipt(context.Context, string) (ledger.Receipt, error) {
	return ledger.Receipt{Index: 3, Leaf: []byte(`{}`), Proof: make([]ledger.Hash, 2), Checkpoint: ledger.Checkpoint{Note: "note\n"}}, f.ledger.err
}
func (f fakeLedger) Inclusion(_ context.Context, index, size int64) (ledger.Hash, []ledger.Hash, error) {
	if index >= size {
		return ledger.Hash{}, nil, &ledger.RangeError{Parameter: "index", Detail: "is too large"}
	}
	return ledger.Hash{}, nil, f.ledger.err
}
func (f fakeLedger) Consistency(context.Context, int64, int64) ([]ledger.Hash, error) {
	return make([]ledger.Hash, 1), f.ledger.err
}
func (f fakeLedger) Tile(_ context.Context, t ledger.Tile) ([]byte, error) {
	f.ledger.tile = t
	return []byte(t.Path()), f.ledger.err
}

func TestLedger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path, want := range map[string]string{
		"/v1/ledger/key":                             "assay/x+1+x\n",
		"/v1/ledger/checkpoint":                      "note\n",
		"/v1/decisions/d-1/receipt":                  `"index":3,"leaf":"{}"`,
		"/v1/decisions/d-1/receipt.tlog-proof":       "c2sp.org/tlog-proof@v1\nextra e30=\nindex 3\n",
		"/v1/decisions/d-1/evidence":                 "pack of d-1",
		"/v1/ledger/proofs/inclusion?index=2":        `{"index":2,"size":7,"leaf_hash":"AAAA`,
		"/v1/ledger/proofs/inclusion?index=2&size=4": `"size":4`,
		"/v1/ledger/proofs/consistency?from=2":       `{"from":2,"to":7,"proof":["AAAA`,
		"/v1/ledger/tile/0/000":                      "0/000",
		"/v1/ledger/tile/entries/x001/234.p/17":      "entries/x001/234.p/17",
	} {
		if a := b.mustDo(t, 200, "GET", path, ""); !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	if a := b.mustDo(t, 200, "GET", "/v1/ledger/checkpoint", ""); a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("got %v", a.header)
	}
	if a := b.mustDo(t, 200, "GET", "/v1/ledger/tile/0/000", ""); !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Errorf("got %v", a.header)
	}
	for _, path := range []string{"0/0", "0/x000/001", "00/001", "0/000.p/256", "0/000.p/0", "64/", "entries", "-1/000", "0/x001", "0/000/"} {
		if p := b.mustDo(t, 404, "GET", "/v1/ledger/tile/"+path, "").problem(t); p.Code != ProblemCodeTileNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if p := b.mustDo(t, 400, "GET", "/v1/ledger/proofs/inclusion?index=7", "").problem(t); p.Code != ProblemCodeInvalidParameter || *p.Errors[0].Parameter != "index" {
		t.Errorf("got %+v", p)
	}
}

func TestLedgerHasNot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ledger.err = ledger.ErrNotSealed
	for _, path := range []string{
		"/v1/ledger/checkpoint", "/v1/decisions/d-1/receipt", "/v1/decisions/d-1/receipt.tlog-proof",
		"/v1/decisions/d-1/evidence", "/v1/ledger/proofs/inclusion?index=2", "/v1/ledger/proofs/consistency?from=2",
	} {
		a := b.mustDo(t, 404, "GET", path, "")
		if p := a.problem(t); p.Code != ProblemCodeNotSealedYet || a.header.Get("Retry-After") != "1" {
			t.Errorf("%s: %+v, %v", path, p, a.header)
		}
	}
	b.ledger.err = decision.ErrNotFound
	if p := b.mustDo(t, 404, "GET", "/v1/decisions/d-1/receipt", "").problem(t); p.Code != ProblemCodeDecisionNotFound {
		t.Errorf("got %+v", p)
	}
	if p := b.mustDo(t, 404, "GET", "/v1/ledger/tile/0/000", "").problem(t); p.Code != ProblemCodeTileNotFound {
		t.Errorf("got %+v", p)
	}
	b.ledger.err = errors.New("row 7 is not what was sealed")
	if p := b.mustDo(t, 500, "GET", "/v1/decisions/d-1/receipt", "").problem(t); p.Detail == nil || strings.Contains(*p.Detail, "row 7") {
		t.Errorf("got %+v", p)
	}
}

func TestLedgerStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ledger.status = ledger.Status{Size: 12, Unsealed: 3, Failures: 2, CheckpointAt: time.Date(2026, 3, 1, 9, 29, 0, 0, time.UTC)}
	if a := b.mustDo(t, 200, "GET", "/v1/status", ""); !strings.Contains(string(a.body), `"ledger":{"size":12,"checkpoint_at":"2026-03-01T09:29:00Z","unsealed":3}`) {
		t.Errorf("got %s", a.body)
	}
	_, a := b.send("GET", "/metrics", "")
	for _, line := range []string{"assay_ledger_size 12", "assay_ledger_unsealed_rows 3", "assay_ledger_seal_errors_total 2"} {
		if !strings.Contains(string(a.body), line+"\n") {
			t.Errorf("no %s", line)
		}
	}
}

func (f fakeLedger) Erasures(_ context.Context, partner string) ([]ledger.Erasure, error) {
	return []ledger.Erasure{{Partner: partner, Fields: ledger.All, Reason: "r", By: "b", Values: 3}}, f.ledger.err
}
