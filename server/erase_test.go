package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
	"assay/server/ledger"
)

// secrets are values that nothing else in a file looks like.
var secrets = struct{ name, other, amount, reason, actor, idempotency, request, caller string }{
	"Zdenka Quisling-Ørsted", "Wolfram Xanthippe", "918273645546372", "because of Mr Hrabal & sons", "actor-zyx-9981", "idem-qqq-7712", "req-vvv-5519", "caller-jjj-4401",
}

// personalDatabase has a partner of whom everything is unmistakable, beside another one.
func personalDatabase(t *testing.T) (path string, ids []string, receipts map[string]ledger.Receipt) {
	t.Helper()
	ctx := t.Context()
	path = filepath.Join(t.TempDir(), "assay.db")
	store, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	service := newService(t, store)
	signatory := func(name string) decision.Fact {
		return decision.Fact{Kind: "signatory", Key: name, Source: "partner", ValidFrom: "2026-01-01", Body: []byte(`{"authority":"full"}`)}
	}
	facts := []decision.Fact{
		signatory(secrets.name),
		{Kind: "revenue_report", Key: "2026-03", Source: "microsoft", ValidFrom: "2026-04-01", Body: []byte(`{"level":"global","usd_cents":` + secrets.amount + `,"window_end":"2026-03","window_start":"2025-04"}`)},
		{Kind: "microsoft_decision", Source: "microsoft", ValidFrom: "2026-04-01", Body: []byte(`{"reason":"` + secrets.reason + `","value":"pending"}`)},
	}
	if _, _, err := service.RecordFacts(ctx, "acme", facts, secrets.idempotency); err != nil {
		t.Fatal(err)
	}
	if _, _, err := service.RecordFacts(ctx, "other", []decision.Fact{signatory("Somebody Else")}, ""); err != nil {
		t.Fatal(err)
	}
	for _, request := range []decision.Request{
		{Program: "csp.direct_bill.enrollment", Partner: "acme", AsOf: "2026-05-01", RequestID: secrets.request, Caller: secrets.caller, TraceID: strings.Repeat("e7", 16)},
		{Program: "csp.direct_bill.enrollment", Partner: "acme", AsOf: "2026-05-01", Given: []decision.Fact{signatory(secrets.other)}},
		{Program: "csp.direct_bill.enrollment", Partner: "other", AsOf: "2026-05-01"},
		{Program: "csp.direct_bill.enrollment", Partner: "acme", AsOf: "2025-12-01"},
		{
			Program: "csp.direct_bill.actions", Action: "purchase_support_plan", Partner: "acme", AsOf: "2026-05-01",
			Actor: &decision.Actor{ID: secrets.actor, Roles: []string{"global_admin"}},
		},
	} {
		d, _, err := service.Decide(ctx, request)
		if err != nil {
			t.Fatal(request.Program, err)
		}
		ids = append(ids, d.ID)
	}
	log := dbtest.Seal(t, path, store)
	receipts = make(map[string]ledger.Receipt)
	for _, id := range ids {
		if receipts[id], err = log.Receipt(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return path, ids, receipts
}

// bytesOf tells which of the texts are in any file of the folder, also as JSON has them.
func bytesOf(t *testing.T, dir string, texts ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, text := range texts {
			escaped := strings.NewReplacer("&", `\u0026`, "Ø", `\u00d8`).Replace(text)
			if bytes.Contains(content, []byte(text)) || bytes.Contains(content, []byte(escaped)) {
				found = append(found, filepath.Base(path)+": "+text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestErase(t *testing.T) {
	t.Parallel()
	s := secrets
	always := []string{s.name, s.other, s.reason}
	others := []string{s.amount, s.actor, s.idempotency, s.request, s.caller, strings.Repeat("e7", 16)}
	for _, test := range []struct {
		fields      ledger.Fields
		gone, stays []string
		erased      map[int]bool // of the decisions
	}{
		{ledger.Personal, always, others, map[int]bool{0: true, 1: true, 3: true, 4: true}},
		{ledger.All, append(always, others...), nil, map[int]bool{0: true, 1: true, 3: true, 4: true}},
	} {
		t.Run(string(test.fields), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			path, ids, receipts := personalDatabase(t)
			dir := filepath.Dir(path)
			if all := bytesOf(t, dir, append(always, others...)...); len(all) < 7 {
				t.Fatalf("before, only %v is there", all)
			}
			_, before := verified(t, path, ledger.Verification{})
			if len(before) > 0 {
				t.Fatal(before)
			}
			oldNote := receipts[ids[0]].Checkpoint.Note
			if err := os.Mkdir(filepath.Join(dir, "backups"), 0o700); err != nil {
				t.Fatal(err)
			}
			copied := filepath.Join(dir, "backups", "monday.db")
			if err := backup(ctx, path, copied); err != nil {
				t.Fatal(err)
			}
			if err := backup(ctx, path, copied); err == nil {
				t.Fatal("a backup was overwritten")
			}

			c := eraseConfig{db: path, partner: "acme", fields: string(test.fields), reason: "asked for", by: "desk", also: []string{filepath.Join(dir, "backups", "*.db")}}
			if err := runErase(ctx, c, io.Discard, os.Stderr); err != nil {
				t.Fatal(err)
			}
			if left := bytesOf(t, dir, test.gone...); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			if left := bytesOf(t, dir, test.stays...); len(test.stays) > 0 && len(left) < 2*len(test.stays) {
				t.Errorf("only %v stayed", left)
			}
			for _, file := range []string{path, copied} {
				verdict, found := verified(t, file, ledger.Verification{Witnessed: witnesses([]string{oldNote})})
				if len(found) > 0 || !verdict.Intact || !verdict.Complete || verdict.Erased == 0 {
					t.Errorf("%s: %v %+v", file, found, verdict)
				}
				if verdict.Unsealed > 0 && file == path {
					t.Errorf("%d rows are not sealed", verdict.Unsealed)
				}
			}
			checkErased(t, path, ids, receipts, test.erased)
			// Twice is once.
			if err := runErase(ctx, c, io.Discard, os.Stderr); err != nil {
				t.Fatal(err)
			}
			if _, found := verified(t, path, ledger.Verification{Witnessed: witnesses([]string{oldNote})}); len(found) > 0 {
				t.Error(found)
			}
			c.fields = "all"
			if err := runErase(ctx, c, io.Discard, os.Stderr); err != nil {
				t.Fatal(err)
			}
			if left := bytesOf(t, dir, append(always, others...)...); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			if _, found := verified(t, path, ledger.Verification{Witnessed: witnesses([]string{oldNote})}); len(found) > 0 {
				t.Error(found)
			}
			checkErased(t, path, ids, receipts, test.erased)
		})
	}
}

// checkErased: what was decided can be read, proofs of before hold, and the partner can be
// decided about.
func checkErased(t *testing.T, path string, ids []string, receipts map[string]ledger.Receipt, erased map[int]bool) {
	t.Helper()
	ctx := t.Context()
	store, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	service := newService(t, store)
	log := dbtest.Seal(t, path, store)
	for i, id := range ids {
		d, err := service.Read(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if d.Erased() != erased[i] || d.ErasedAt.IsZero() == erased[i] {
			t.Errorf("decision %d: erased is %t, %s", i, d.Erased(), d.ErasedAt)
		}
		if _, err := decision.ParseResult(d.Result); err != nil {
			t.Error(err)
		}
		was := receipts[id]
		now, err := log.Receipt(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(now.Leaf, was.Leaf) {
			t.Errorf("leaf %s, was %s", now.Leaf, was.Leaf)
		}
		head, err := ledger.ReadCheckpoint(was.Checkpoint.Note, log.Identity().Verifier)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(was.Proof, head.Size, head.Root, was.Index, tlog.RecordHash(was.Leaf)); err != nil {
			t.Error(err)
		}
		newest, err := ledger.ReadCheckpoint(now.Checkpoint.Note, log.Identity().Verifier)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := log.Consistency(ctx, head.Size, newest.Size)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(proof, newest.Size, newest.Root, head.Size, head.Root); err != nil {
			t.Error(err)
		}
	}
	again, _, err := service.Decide(context.WithoutCancel(ctx), decision.Request{Program: "csp.direct_bill.enrollment", Partner: "acme", AsOf: "2026-05-01"})
	if err != nil || again.Erased() {
		t.Error(again, err)
	}
	dbtest.Seal(t, path, store)
}

// What was blanked by somebody else is not erased.
func TestBlankedIsNotErased(t *testing.T) {
	t.Parallel()
	path, _, _ := personalDatabase(t)
	if err := runErase(t.Context(), eraseConfig{db: path, partner: "acme", fields: "personal", reason: "r", by: "b"}, io.Discard, os.Stderr); err != nil {
		t.Fatal(err)
	}
	zeros := strings.Repeat("0", 64)
	for _, test := range []struct{ name, statement, found string }{
		{"another fact", "UPDATE fact SET key = 'erased-7' WHERE key = 'Somebody Else'", "row_changed: fact 4"},
		{"back again", "UPDATE fact SET key = 'Anna' WHERE key = 'erased-1'", "row_changed: fact 1"},
		{"other result", "UPDATE decision SET result_json = replace(result_json, 'due', 'doe') WHERE seq = 2", "row_changed: decision 2"},
		{"the word of nobody", "INSERT INTO erased VALUES ('fact', 4, '/key', 1, '" + zeros + "', '')", "erasure_changed: erasure 1"},
		{"the word of another", "INSERT INTO erased VALUES ('fact', 4, '/body/authority', 9, '" + zeros + "', '')", "erasure_changed: erased values"},
		{"the erasure itself", "UPDATE erasure SET digest = '" + zeros + "'", "erasure_changed: erasure 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			changed := tamper(t, path, test.statement)
			verdict, found := verified(t, changed, ledger.Verification{})
			if verdict.Intact || !strings.Contains(strings.Join(found, "\n"), test.found) {
				t.Errorf("found %v", found)
			}
		})
	}
}
