package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// asProgram makes the test binary the program itself, so that tests can kill it.
const asProgram = "ASSAY_TEST_AS_PROGRAM"

// TestSurvivesKills kills the server again and again while facts and decisions come in.
// What was acknowledged is there once, what was asked again with the same key is there
// once, the ledger verifies, and the counts are those of a recount.
//
// KILLS=100 kills a hundred times; a few are enough to notice that something broke.
func TestSurvivesKills(t *testing.T) {
	t.Parallel()
	kills := 3
	if text := os.Getenv("KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "assay.db")
	var kept acknowledged
	for n := range kills {
		server := startProgram(t, file)
		load(t, server.url, n, &kept, func() {
			time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
			server.kill(t)
		})
	}
	server := startProgram(t, file)
	kept.retryAll(t, server.url)
	server.kill(t)
	t.Logf("%d kills, %d decisions and %d recordings acknowledged, %d recordings asked again", kills, len(kept.decisions), len(kept.recordings), kept.retried)
	if len(kept.decisions) == 0 || len(kept.recordings) == 0 {
		t.Fatal("nothing was acknowledged")
	}

	raw, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	for id := range kept.decisions {
		if n := countRows(t, raw, "SELECT count(*) FROM decision WHERE id = ?", id); n != 1 {
			t.Errorf("decision %s is there %d times", id, n)
		}
	}
	for key := range kept.recordings {
		partner, _, _ := strings.Cut(key, "/")
		if n := countRows(t, raw, "SELECT count(*) FROM fact f JOIN recording r ON r.seq = f.recording WHERE r.partner = ? AND r.idempotency_key = ?", partner, key); n != 2 {
			t.Errorf("recording %s has %d facts", key, n)
		}
	}
	sameCounts(t, raw)

	// A last start seals what the kill left, and all of it verifies.
	server = startProgram(t, file)
	server.stop(t)
	if stdout, stderr, status := command(t, "ledger", "verify", "--db", file); status != 0 {
		t.Errorf("the ledger does not verify: %s%s", stdout, stderr)
	}
}

// acknowledged is what the server said that it keeps.
type acknowledged struct {
	mu         sync.Mutex
	decisions  map[string]bool
	recordings map[string]bool
	// unsure are recordings asked for without an answer.
	unsure  map[string]bool
	retried int
}

func (a *acknowledged) note(set *map[string]bool, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if *set == nil {
		*set = make(map[string]bool)
	}
	(*set)[key] = true
}

// retryAll asks again for what may have been kept or not, as a careful client does.
func (a *acknowledged) retryAll(t *testing.T, url string) {
	for key := range a.unsure {
		if !recordFacts(url, key) {
			t.Errorf("recording %s is refused when asked again", key)
		}
		a.note(&a.recordings, key)
		a.retried++
	}
}

// load lets some clients ask, each until the server is gone.
func load(t *testing.T, url string, round int, kept *acknowledged, during func()) {
	t.Helper()
	var clients sync.WaitGroup
	for client := range 2 {
		clients.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("partner-%d/%d-%d", client, round, n)
				if !recordFacts(url, key) {
					kept.note(&kept.unsure, key)
					return
				}
				kept.note(&kept.recordings, key)
			}
		})
		clients.Go(func() {
			for {
				id := decideOnce(url)
				if id == "" {
					return
				}
				kept.note(&kept.decisions, id)
			}
		})
	}
	during()
	clients.Wait()
}

func recordFacts(url, key string) bool {
	const body = `{"facts": [
		{"kind": "membership", "valid_from": "2024-01-01", "source": "microsoft", "body": {"status": "active"}},
		{"kind": "infrastructure", "valid_from": "2024-01-01", "source": "partner", "body": {"billing": "in_use", "provisioning": "in_use"}}]}`
	partner, _, _ := strings.Cut(key, "/")
	status, _ := post(url+"/v1/partners/"+partner+"/facts", body, key)
	return status == http.StatusCreated
}

func decideOnce(url string) (id string) {
	const body = `{"program": "csp.direct_bill.enrollment", "as_of": "2024-06-15", "facts": []}`
	status, answer := post(url+"/v1/decisions", body, "")
	if status != http.StatusCreated {
		return ""
	}
	var d struct {
		ID string `json:"decision_id"`
	}
	_ = json.Unmarshal(answer, &d) // a cut answer acknowledges nothing
	return d.ID
}

// post gives the status 0 if no whole answer came.
func post(url, body, key string) (int, []byte) {
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, nil
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
}

// program is the server as a process of its own.
type program struct {
	url string
	cmd *exec.Cmd
	log *bytes.Buffer
}

func startProgram(t testing.TB, file string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(self, "--addr", "127.0.0.1:0", "--db", file, "--policies", lightPolicies), log: new(bytes.Buffer)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = p.log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if _, after, ok := strings.Cut(lines.Text(), "listening on "); ok {
			p.url = strings.Fields(after)[0]
			return p
		}
	}
	_ = p.cmd.Wait()
	t.Fatalf("the server did not start: %s", p.log)
	return nil
}

// kill is kill -9.
func (p *program) kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

func (p *program) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, p.log)
	}
}

func countRows(t *testing.T, raw *sql.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := raw.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// sameCounts counts the log anew, from the results themselves.
func sameCounts(t *testing.T, raw *sql.DB) {
	t.Helper()
	for tally, recount := range map[string]string{
		"SELECT decided_on, program, outcome, n FROM tally_outcome": `
			SELECT substr(decided_at, 1, 10), program, outcome, count(*) FROM decision GROUP BY 1, 2, 3`,
		`SELECT t.decided_on, v.program, v.requirement, v.status, v.due, v.reason, t.n
			FROM tally_finding t JOIN verdict v ON v.seq = t.verdict`: `
			SELECT substr(d.decided_at, 1, 10), d.program, f.value ->> 'id', f.value ->> 'status', f.value ->> 'due', coalesce(f.value ->> 'reason', ''), count(*)
			FROM decision d, json_each(d.result_json, '$.findings') f GROUP BY 1, 2, 3, 4, 5, 6`,
	} {
		if n := countRows(t, raw, "SELECT count(*) FROM ("+tally+")"); n == 0 {
			t.Errorf("nothing is counted: %s", tally)
		}
		for _, sets := range [][2]string{{tally, recount}, {recount, tally}} {
			if n := countRows(t, raw, "SELECT count(*) FROM (SELECT * FROM ("+sets[0]+") EXCEPT SELECT * FROM ("+sets[1]+"))"); n != 0 {
				t.Errorf("%d counts are not those of a recount: %s", n, tally)
			}
		}
	}
}
