package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
	"assay/server/ledger"
)

// sealedDatabase is a database with some hundred sealed rows in several batches, closed.
// The checkpoints of all batches come with it.
func sealedDatabase(t *testing.T) (path string, notes []string) {
	t.Helper()
	ctx := t.Context()
	path = filepath.Join(t.TempDir(), "assay.db")
	store, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	service := newService(t, store)
	report := decision.Report{ID: strings.Repeat("1", 64), CreatedAt: time.Now(), Live: service.Revisions.Current().Digest(), Candidate: strings.Repeat("2", 64), Content: []byte("{}")}
	if err := store.KeepReport(ctx, report); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Accept(ctx, report.ID, decision.Acceptance{By: "ada", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		facts := make([]decision.Fact, 10)
		for i := range facts {
			facts[i] = decision.Fact{
				Kind: "signatory", Key: fmt.Sprintf("Person %d", i), Source: "partner", ValidFrom: "2026-01-01", Body: []byte(`{"authority":"full"}`),
			}
		}
		if _, _, err := service.RecordFacts(ctx, fmt.Sprintf("partner-%d", n%5), facts, ""); err != nil {
			t.Fatal(err)
		}
		request := decision.Request{Program: "csp.direct_bill.enrollment", Partner: "partner-0", AsOf: decision.Day(fmt.Sprintf("2026-01-%02d", n+1))}
		if n%2 == 0 {
			request.Given = []decision.Fact{{ID: "/facts/0", Kind: "membership", Source: "microsoft", ValidFrom: "2026-01-01", Body: []byte(`{"status":"active"}`)}}
		}
		if _, _, err := service.Decide(ctx, request); err != nil {
			t.Fatal(err)
		}
		if n%10 == 9 {
			log := dbtest.Seal(t, path, store)
			newest, err := log.Checkpoint(ctx)
			if err != nil {
				t.Fatal(err)
			}
			notes = append(notes, newest.Note)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return path, notes
}

// tamper copies the database and changes the copy as somebody would who has the file, and
// nothing else: with SQLite, and without its triggers.
func tamper(t *testing.T, path string, statements ...string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "assay.db")
	if err := os.WriteFile(changed, content, 0o600); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", changed)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	raw.SetMaxOpenConns(1)
	rows, err := raw.Query("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	var drops []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		drops = append(drops, "DROP TRIGGER "+name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, statement := range slices.Concat([]string{"PRAGMA foreign_keys = 0", "PRAGMA ignore_check_constraints = 1"}, drops, statements) {
		result, err := raw.Exec(statement)
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		if changed, err := result.RowsAffected(); slices.Contains(statements, statement) && (err != nil || changed == 0) {
			t.Fatalf("%s: changed nothing (%v)", statement, err)
		}
	}
	return changed
}

// verified runs a verification and gives what it found, a line each.
func verified(t *testing.T, path string, what ledger.Verification) (ledger.Verdict, []string) {
	t.Helper()
	store, err := db.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	log, err := ledger.OpenToRead(t.Context(), store.Ledger())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	what.Found = func(f ledger.Finding) { found = append(found, string(f.What)+": "+f.Place) }
	verdict, err := log.Verify(t.Context(), what)
	if err != nil {
		t.Fatal(err)
	}
	return verdict, found
}

func witnesses(notes []string) (list []ledger.Witness) {
	for i, note := range notes {
		list = append(list, ledger.Witness{Name: fmt.Sprintf("note %d", i), Note: note})
	}
	return list
}

// TestWhatIsChangedIsNamed changes one thing at a time in the file itself. It, and nothing
// else, must be found; so the rest is still verified.
func TestWhatIsChangedIsNamed(t *testing.T) {
	t.Parallel()
	path, notes := sealedDatabase(t)
	verdict, found := verified(t, path, ledger.Verification{Witnessed: witnesses(notes)})
	if len(found) > 0 || !verdict.Intact || !verdict.Complete || verdict.Unsealed != 0 || verdict.Checkpoints != 3 || verdict.WitnessedSize != verdict.Size {
		t.Fatalf("nothing was changed, and found is %v, %+v", found, verdict)
	}
	size := verdict.Size
	first := headSize(t, notes[0])
	revision := query(t, path, "SELECT digest FROM revision")
	swap := func(table, key string, a, b int) []string {
		return []string{
			fmt.Sprintf("UPDATE %[1]s SET %[2]s = 100000 WHERE %[2]s = %[3]d", table, key, a),
			fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[3]d WHERE %[2]s = %[4]d", table, key, a, b),
			fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[3]d WHERE %[2]s = 100000", table, key, b),
		}
	}
	for name, c := range map[string]struct {
		change []string
		want   []string
	}{
		"a byte of a fact":     {[]string{`UPDATE fact SET body_json = '{"authority":"fulk"}' WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"a space in a fact":    {[]string{`UPDATE fact SET body_json = '{"authority": "full"}' WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"a fact taken back":    {[]string{`UPDATE fact SET body_json = NULL WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"the day of a fact":    {[]string{`UPDATE fact SET valid_from_on = '2025-01-01' WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"an end for a fact":    {[]string{`UPDATE fact SET valid_to_on = '2027-01-01' WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"whose fact it is":     {[]string{`UPDATE fact SET partner = 'partner-4' WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"when it was recorded": {[]string{`UPDATE fact SET recorded_at = '2026-01-01 nonsense' WHERE seq = 17`}, []string{"row_changed: fact 17"}},
		"an outcome":           {[]string{`UPDATE decision SET outcome = 'eligible' WHERE seq = 7`}, []string{"row_changed: decision 7"}},
		"a result":             {[]string{`UPDATE decision SET result_json = replace(result_json, 'not_met', 'met') || ' ' WHERE seq = 7`}, []string{"row_changed: decision 7"}},
		"what was given": {
			[]string{`UPDATE input SET content_json = replace(content_json, 'active', 'lapsed') WHERE digest = (SELECT given_digest FROM decision WHERE seq = 7)`},
			each("row_changed: decision %d", 1, 30, 2),
		},
		"nothing was given": {[]string{`UPDATE decision SET given_digest = NULL WHERE seq = 7`}, []string{"row_changed: decision 7"}},
		"who asked":         {[]string{`UPDATE decision SET request_id = 'x' WHERE seq = 7`}, []string{"row_changed: decision 7"}},
		"an actor":          {[]string{`UPDATE decision SET actor_json = '{"roles":[]}' WHERE seq = 7`}, []string{"row_changed: decision 7"}},
		"when it began to serve": {
			[]string{`UPDATE activation SET activated_at = '2020-01-01T00:00:00.000000Z'`}, []string{"row_changed: activation 1"},
		},
		"when it was kept":   {[]string{`UPDATE revision SET first_served_at = '2020-01-01T00:00:00.000000Z'`}, []string{"row_changed: revision 1"}},
		"a recording's key":  {[]string{`UPDATE recording SET idempotency_key = 'k' WHERE seq = 3`}, []string{"row_changed: recording 3"}},
		"a report":           {[]string{`UPDATE report SET content = x'00'`}, []string{"row_changed: report 1"}},
		"who accepted it":    {[]string{`UPDATE acceptance SET accepted_by = 'bob'`}, []string{"row_changed: acceptance 1"}},
		"a byte of a policy": {[]string{`UPDATE file SET content = CAST(content || x'0a' AS BLOB) WHERE digest = (SELECT file FROM revision_file WHERE path = 'lib/calendar/calendar.rego')`}, []string{"file_changed: lib/calendar/calendar.rego of revision " + revision}},
		"a policy is gone":   {[]string{`DELETE FROM file WHERE digest = (SELECT file FROM revision_file WHERE path = 'lib/calendar/calendar.rego')`}, []string{"file_changed: lib/calendar/calendar.rego of revision " + revision}},
		"another path":       {[]string{`UPDATE revision_file SET path = 'x.rego' WHERE path = 'lib/calendar/calendar.rego'`}, []string{"file_changed: revision " + revision}},

		"a deleted fact":      {[]string{`DELETE FROM fact WHERE seq = 17`}, []string{"row_deleted: fact 17"}},
		"a deleted decision":  {[]string{`DELETE FROM decision WHERE seq = 7`}, []string{"row_deleted: decision 7"}},
		"the last decision":   {[]string{`DELETE FROM decision WHERE seq = 30`}, []string{"row_deleted: decision 30"}},
		"two facts swapped":   {swap("fact", "seq", 17, 19), []string{"row_reordered: fact 17", "row_reordered: fact 19"}},
		"decisions far apart": {swap("decision", "seq", 2, 29), []string{"row_reordered: decision 2", "row_reordered: decision 29"}},
		"two leaves swapped":  {swap("leaf", "idx", 30, 31), []string{fmt.Sprintf("row_reordered: fact %s", leafSeq(t, path, 30)), fmt.Sprintf("row_reordered: fact %s", leafSeq(t, path, 31))}},
		"a leaf node":         {[]string{`UPDATE node SET hash = zeroblob(32) WHERE idx = 0`}, []string{"node_changed: node 0 of level 0 (index 0)"}},
		"a node":              {[]string{`UPDATE node SET hash = zeroblob(32) WHERE idx = 2`}, []string{"node_changed: node 0 of level 1 (index 2)"}},
		"a node on top":       {[]string{`UPDATE node SET hash = zeroblob(32) WHERE idx = 510`}, []string{"node_changed: node 0 of level 8 (index 510)"}},
		"no node":             {[]string{`DELETE FROM node WHERE idx = 2`}, []string{"node_changed: node 0 of level 1 (index 2)"}},
		"a leaf":              {[]string{`DELETE FROM leaf WHERE idx = 12`}, []string{"leaf_deleted: leaf 12"}},
		"a row and its node":  {[]string{`UPDATE fact SET key = 'x' WHERE seq = 17`, `UPDATE node SET hash = zeroblob(32) WHERE idx = 2`}, []string{"node_changed: node 0 of level 1 (index 2)", "row_changed: fact 17"}},
		"no salt":             {[]string{`DELETE FROM salt WHERE partner = ''`}, []string{"salt_missing: acceptance 1", "salt_missing: activation 1", "salt_missing: report 1"}},
		"a checkpoint":        {[]string{`UPDATE checkpoint SET note = replace(note, 'assay/', 'assay-') WHERE size = (SELECT MIN(size) FROM checkpoint)`}, []string{fmt.Sprintf("checkpoint_changed: the checkpoint of %d leaves", first)}},
		"one for another": {
			[]string{`UPDATE checkpoint SET note = (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1) WHERE size = (SELECT MIN(size) FROM checkpoint)`},
			[]string{fmt.Sprintf("checkpoint_changed: the checkpoint of %d leaves", first)},
		},
		"a tail without its end": {
			[]string{fmt.Sprintf("DELETE FROM leaf WHERE idx >= %d", size-1)}, []string{fmt.Sprintf("tail_truncated: leaf %d", size-1)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdict, found := verified(t, tamper(t, path, c.change...), ledger.Verification{})
			slices.Sort(found)
			slices.Sort(c.want)
			if verdict.Intact || !slices.Equal(found, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}

func each(format string, from, to, step int) (list []string) {
	for n := from; n <= to; n += step {
		list = append(list, fmt.Sprintf(format, n))
	}
	return list
}

func query(t *testing.T, path, text string) (value string) {
	t.Helper()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	if err := raw.QueryRow(text).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func leafSeq(t *testing.T, path string, index int) string {
	t.Helper()
	return query(t, path, fmt.Sprintf("SELECT seq FROM leaf WHERE kind = 'fact' AND idx = %d", index))
}

func headSize(t *testing.T, note string) (size int64) {
	t.Helper()
	if _, err := fmt.Sscan(strings.Split(note, "\n")[1], &size); err != nil {
		t.Fatal(err)
	}
	return size
}

// Whoever has the key as well can make a history that agrees with itself. A checkpoint
// that was kept elsewhere does not agree with it.
func TestHistoryMadeAnew(t *testing.T) {
	t.Parallel()
	path, notes := sealedDatabase(t)
	ctx := context.Background()
	public := query(t, path, "SELECT verifier FROM ledger")
	anew := func(t *testing.T, keyOf string, statements ...string) string {
		statements = append(statements, "DELETE FROM leaf", "DELETE FROM node", "DELETE FROM checkpoint")
		made := tamper(t, path, statements...)
		key, err := ledger.MakeKey(keyOf)
		if err != nil {
			t.Fatal(err)
		}
		if keyOf != path+".key" { // a name as before, but another key
			id, err := key.Identity(query(t, made, "SELECT origin FROM ledger"))
			if err != nil {
				t.Fatal(err)
			}
			made = tamper(t, made, "UPDATE ledger SET verifier = '"+id.Verifier+"'")
		}
		store, err := db.Open(ctx, made)
		if err != nil {
			t.Fatal(err)
		}
		log, err := ledger.Open(ctx, store.Ledger(), key, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(log.SealAll(ctx), store.Close()); err != nil {
			t.Fatal(err)
		}
		return made
	}
	t.Run("with the key", func(t *testing.T) {
		made := anew(t, path+".key", "UPDATE decision SET outcome = 'eligible' WHERE seq = 7")
		if _, found := verified(t, made, ledger.Verification{Verifier: public}); len(found) > 0 {
			t.Errorf("found %q without a witness", found)
		}
		verdict, found := verified(t, made, ledger.Verification{Verifier: public, Witnessed: witnesses(notes[:1])})
		if verdict.Intact || !slices.Equal(found, []string{fmt.Sprintf("history_changed: leaves 0 to %d", headSize(t, notes[0])-1)}) {
			t.Errorf("found %q", found)
		}
	})
	t.Run("with another key", func(t *testing.T) {
		made := anew(t, filepath.Join(t.TempDir(), "other.key"), "UPDATE decision SET outcome = 'eligible' WHERE seq = 7")
		verdict, found := verified(t, made, ledger.Verification{Verifier: public})
		if verdict.Intact || len(found) != 1 || !strings.HasPrefix(found[0], "wrong_key: assay/") {
			t.Errorf("found %q", found)
		}
	})
	t.Run("with the tail cut off", func(t *testing.T) {
		size := headSize(t, notes[1])
		made := tamper(t, path,
			fmt.Sprintf("DELETE FROM decision WHERE seq > (SELECT MAX(seq) FROM leaf WHERE kind = 'decision' AND idx < %d)", size),
			fmt.Sprintf("DELETE FROM fact WHERE seq > (SELECT MAX(seq) FROM leaf WHERE kind = 'fact' AND idx < %d)", size),
			fmt.Sprintf("DELETE FROM recording WHERE seq > (SELECT MAX(seq) FROM leaf WHERE kind = 'recording' AND idx < %d)", size),
			fmt.Sprintf("DELETE FROM leaf WHERE idx >= %d", size),
			fmt.Sprintf("DELETE FROM checkpoint WHERE size > %d", size))
		if verdict, found := verified(t, made, ledger.Verification{Verifier: public}); len(found) > 0 || verdict.WitnessedSize != 0 {
			t.Errorf("found %q without a witness", found)
		}
		verdict, found := verified(t, made, ledger.Verification{Verifier: public, Witnessed: witnesses(notes)})
		if verdict.Intact || !slices.Equal(found, []string{fmt.Sprintf("tail_truncated: leaf %d", size)}) {
			t.Errorf("found %q", found)
		}
	})
	t.Run("with a row that was never sealed", func(t *testing.T) {
		// Put where a number was left out on purpose, before the rows that are sealed.
		made := anew(t, path+".key", "DELETE FROM decision WHERE seq = 7")
		if verdict, found := verified(t, made, ledger.Verification{}); verdict.Complete || !verdict.Intact || !slices.Equal(found, []string{"row_missing: decision 7"}) {
			t.Errorf("found %q", found)
		}
		made = tamper(t, made, "INSERT INTO decision "+selecting(t, made, "decision", "seq", "7", "id", "'new'")+" WHERE seq = 8")
		if verdict, found := verified(t, made, ledger.Verification{}); verdict.Intact || !slices.Equal(found, []string{"row_inserted: decision 7"}) {
			t.Errorf("found %q", found)
		}
	})
}

// selecting reads a table's rows with some columns changed.
func selecting(t *testing.T, path, table string, changes ...string) string {
	t.Helper()
	columns := strings.Split(query(t, path, "SELECT group_concat(name) FROM pragma_table_info('"+table+"')"), ",")
	for change := range slices.Chunk(changes, 2) {
		columns[slices.Index(columns, change[0])] = change[1]
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + table
}

// An export is verified without the database, and each byte of it counts.
func TestExport(t *testing.T) {
	t.Parallel()
	path, notes := sealedDatabase(t)
	dir := filepath.Join(t.TempDir(), "export")
	var out bytes.Buffer
	if err := run(t.Context(), []string{"ledger", "export", dir, "--db", path}, noEnvironment, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	public := query(t, path, "SELECT verifier FROM ledger")
	size := headSize(t, notes[2])
	verify := func(t *testing.T, dir string, witnessed ...string) []string {
		t.Helper()
		var found []string
		verdict, err := ledger.VerifyExport(t.Context(), os.DirFS(dir), ledger.Verification{
			Verifier: public, Witnessed: witnesses(witnessed), Found: func(f ledger.Finding) { found = append(found, string(f.What)+": "+f.Place) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if verdict.Intact != (len(found) == 0) {
			t.Fatalf("%+v, %q", verdict, found)
		}
		return found
	}
	if found := verify(t, dir, notes...); len(found) > 0 {
		t.Fatalf("nothing was changed, and found is %q", found)
	}
	last := fmt.Sprintf("%03d.p/%d", size/256, size%256)
	for name, c := range map[string]struct {
		file string
		at   int
		want []string
	}{
		"a leaf":              {"tile/entries/000", 100, []string{"row_changed: leaf 0"}},
		"a leaf at the end":   {"tile/entries/" + last, 100, []string{fmt.Sprintf("row_changed: leaf %d", size/256*256)}},
		"a hash":              {"tile/0/000", 5 * 32, []string{"node_changed: leaf 5"}},
		"a hash at the end":   {"tile/0/" + last, 0, []string{fmt.Sprintf("node_changed: leaf %d", size/256*256)}},
		"a hash above":        {"tile/1/000.p/1", 0, []string{"node_changed: hash 0 of tile 1/000.p/1"}},
		"the signed root":     {"checkpoint", 30, []string{"checkpoint_changed: the checkpoint"}},
		"no key but the copy": {"key", 30, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := filepath.Join(t.TempDir(), "export")
			if err := os.CopyFS(changed, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(changed, filepath.FromSlash(c.file))
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			content[c.at] ^= 1
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if found := verify(t, changed); !slices.Equal(found, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}
