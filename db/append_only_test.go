package db_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/db/dbtest"
	"assay/server/decision"
	"assay/server/ledger"
)

// stranger is a connection with SQLite's defaults, as any tool would open one: no
// foreign keys, no recursive triggers.
func stranger(t *testing.T, path string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

// strs runs a query of one text column.
func strs(t *testing.T, raw *sql.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := raw.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// tables are those that the migrations made, from the database's own catalogue.
func tables(t *testing.T, raw *sql.DB) []string {
	t.Helper()
	return strs(t, raw, `SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> 'goose_db_version' ORDER BY name`)
}

// evidence are all tables but the tallies, which count up and can be counted again, and
// the sinks, which say how far the log has been taken elsewhere.
func evidence(t *testing.T, raw *sql.DB) []string {
	t.Helper()
	return slices.DeleteFunc(tables(t, raw), func(table string) bool { return table == "sink" || strings.HasPrefix(table, "tally_") })
}

func columns(t *testing.T, raw *sql.DB, table string) []string {
	t.Helper()
	return strs(t, raw, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
}

// contents are the rows as SQL literals, so that any change shows.
func contents(t *testing.T, raw *sql.DB, table string) []string {
	t.Helper()
	var quoted []string
	for _, c := range columns(t, raw, table) {
		quoted = append(quoted, "quote("+c+")")
	}
	return strs(t, raw, fmt.Sprintf("SELECT %s FROM %s ORDER BY 1", strings.Join(quoted, " || ',' || "), table))
}

func TestEveryTableIsAppendOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	db := dbtest.Open(t, path)
	r := recording("p", noon, status("pending"), status("active"))
	r.IdempotencyKey = "key"
	if _, _, err := db.RecordFacts(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	record(t, db, "q", noon.Add(time.Hour), status("active"))
	for i, id := range []string{"d-0", "d-1", "d-2"} {
		d := with(decided(id, "p", tree(t, db), noon), fmt.Sprintf(`[{"kind":"k","source":"partner","valid_from":"2026-01-01","body":{"n":%d}}]`, i))
		d.Result = []byte(`{"outcome":"eligible","findings":[{"id":"revenue","status":"met","due":true,"reason":"met"}]}`)
		keep(t, db, d)
	}
	for _, digit := range []string{"1", "2"} {
		id := strings.Repeat(digit, 64)
		if err := db.KeepReport(t.Context(), decision.Report{ID: id, CreatedAt: noon, Live: tree(t, db), Candidate: id, Content: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Accept(t.Context(), id, decision.Acceptance{By: "ada", At: noon}); err != nil {
			t.Fatal(err)
		}
	}

	log := dbtest.Seal(t, path, db)
	for partner, fields := range map[string]ledger.Fields{"p": ledger.Personal, "q": ledger.All} {
		if _, err := log.Erase(t.Context(), ledger.Erasure{Partner: partner, Fields: fields, Reason: "r", By: "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.Remove(t.Context(), decided("", "p", "", noon).Program, 1, 5, noon); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	dbtest.Seal(t, path, db)
	for range 2 {
		hold, err := db.Hold(t.Context(), decision.Hold{Scope: decision.HoldDecision, Name: "d-2", Reason: "r", By: "b", At: noon})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Release(t.Context(), hold.Seq, "r", "b", noon); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.Seal(t, path, db)
	raw := stranger(t, path)
	if _, err := raw.Exec("INSERT INTO straggler (decision) VALUES (2)"); err != nil {
		t.Fatal(err)
	}
	if got, want := evidence(t, raw), []string{
		"acceptance", "activation", "checkpoint", "decision", "erased", "erasure", "fact", "file", "finding", "hold", "hold_release",
		"input", "kept_salt", "leaf", "ledger", "node", "partner", "recording", "removal", "report",
		"revision", "revision_file", "salt", "straggler", "tombstone", "verdict",
	}; !slices.Equal(got, want) {
		t.Fatalf("tables %v, want %v: an addition must be append-only as well", got, want)
	}
	// selecting reads a table's rows with some columns changed.
	selecting := func(table string, changes ...string) string {
		list := columns(t, raw, table)
		for change := range slices.Chunk(changes, 2) {
			list[slices.Index(list, change[0])] = change[1]
		}
		return "SELECT " + strings.Join(list, ", ") + " FROM " + table
	}
	// A gap, which anybody may leave, is a place to slip something in.
	for _, gap := range []string{
		"INSERT INTO fact " + selecting("fact", "seq", "50") + " WHERE partner = 'q'",
		"INSERT INTO decision " + selecting("decision", "seq", "50", "id", "'d-50'", "decided_at", "'2026-03-02T12:00:00.000000Z'") + " LIMIT 1",
		"INSERT INTO report " + selecting("report", "seq", "50", "id", "'"+strings.Repeat("a", 64)+"'") + " LIMIT 1",
	} {
		if _, err := raw.Exec(gap); err != nil {
			t.Fatal(err)
		}
	}
	attacks := map[string][]string{
		// By the other keys of a table, with a new primary key.
		"recording": {
			"INSERT OR REPLACE INTO recording " + selecting("recording", "seq", "seq + 100", "recorded_at", "'2027-01-01T00:00:00.000000Z'"),
			"INSERT OR REPLACE INTO recording " + selecting("recording", "seq", "seq + 100", "idempotency_key", "NULL"),
			"INSERT INTO recording " + selecting("recording", "seq", "seq + 100", "idempotency_key", "NULL", "recorded_at", "'2026-03-01T12:00:00.000001Z'"),
		},
		"decision": {
			"INSERT OR REPLACE INTO decision " + selecting("decision", "seq", "seq + 100"),
			"INSERT INTO decision " + selecting("decision", "seq", "seq + 10", "id", "'new-' || id", "decided_at", "'2026-03-03T12:00:00.000000Z'"),
			"INSERT INTO decision " + selecting("decision", "seq", "seq + 100", "id", "'new-' || id"),
		},
		"report": {
			"INSERT OR REPLACE INTO report " + selecting("report", "seq", "seq + 100"),
			"INSERT INTO report " + selecting("report", "seq", "seq + 10", "id", "'"+strings.Repeat("b", 64)+"'") + " LIMIT 1",
		},
		"leaf":       {"INSERT INTO leaf " + selecting("leaf", "idx", "idx + 100", "seq", "seq + 100")},
		"node":       {"INSERT INTO node " + selecting("node", "idx", "idx + 100")},
		"checkpoint": {"INSERT INTO checkpoint " + selecting("checkpoint", "size", "size - 1")},
		"revision":   {"INSERT INTO revision " + selecting("revision", "digest", "replace(digest, '0', '1')", "seq", "seq + 2")},
		"erased":     {"INSERT INTO erased " + selecting("erased", "seq", "seq + 100")},
		"tombstone":  {"INSERT INTO tombstone " + selecting("tombstone", "decision", "decision + 100", "id", "'new-' || id")},
		"ledger":     {"INSERT INTO ledger VALUES ('other', 'other')"},
		// Into the past.
		"fact": {
			"INSERT INTO fact " + selecting("fact", "seq", "seq + 10") + " WHERE partner = 'q'",
			"INSERT INTO fact " + selecting("fact", "seq", "seq + 100") + " WHERE partner = 'p'",
		},
	}
	for _, table := range evidence(t, raw) {
		before := contents(t, raw, table)
		if len(before) == 0 {
			t.Fatalf("%s is empty: there is nothing to attack", table)
		}
		tries := append(attacks[table],
			"DELETE FROM "+table,
			fmt.Sprintf("INSERT OR REPLACE INTO %[1]s SELECT * FROM %[1]s", table),
			fmt.Sprintf("REPLACE INTO %[1]s SELECT * FROM %[1]s LIMIT 1", table),
			fmt.Sprintf("INSERT OR IGNORE INTO %[1]s SELECT * FROM %[1]s", table),
			fmt.Sprintf("INSERT INTO %[1]s SELECT * FROM %[1]s WHERE TRUE ON CONFLICT DO NOTHING", table))
		for _, column := range columns(t, raw, table) {
			tries = append(tries,
				fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[2]s", table, column),
				fmt.Sprintf("UPDATE OR REPLACE %[1]s SET %[2]s = (SELECT MAX(%[2]s) FROM %[1]s)", table, column),
				fmt.Sprintf("INSERT INTO %[1]s SELECT * FROM %[1]s WHERE TRUE ON CONFLICT DO UPDATE SET %[2]s = NULL", table, column))
		}
		for _, try := range tries {
			_, err := raw.Exec(try)
			if err == nil {
				t.Errorf("went through: %s", try)
			} else if !strings.Contains(err.Error(), table+" is append-only") && !strings.Contains(err.Error(), table+" must be later") {
				t.Errorf("%s: refused for another reason: %v", try, err)
			}
		}
		if after := contents(t, raw, table); !slices.Equal(before, after) {
			t.Errorf("%s changed:\n%v\n%v", table, before, after)
		}
	}
}

// A hidden rowid would be a key that no trigger guards.
func TestNoTableHasAHiddenKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	dbtest.Open(t, path)
	raw := stranger(t, path)
	for _, table := range tables(t, raw) {
		var withoutRowID, strict, hasSeq bool
		err := raw.QueryRow("SELECT wr, strict, EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = 'seq' AND pk = 1) FROM pragma_table_list(?1)", table).
			Scan(&withoutRowID, &strict, &hasSeq)
		if err != nil {
			t.Fatal(err)
		}
		if !strict || withoutRowID == hasSeq {
			t.Errorf("%s: strict %v, without rowid %v, key seq %v", table, strict, withoutRowID, hasSeq)
		}
		if !slices.Contains(evidence(t, raw), table) {
			continue
		}
		for _, trigger := range []string{"no_update", "no_delete", "no_replace"} {
			name := table + "_" + trigger
			if got := strs(t, raw, "SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name = ?", name); !slices.Equal(got, []string{table}) {
				t.Errorf("no trigger %s", name)
			}
		}
	}
}
