package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/db"
	"assay/server/decision"
)

// The population: a thousand partners, of whom exactly 37 have revenue between the
// minimum that ships and the one that the tests try, and meet all else.
const (
	oldMinimum, newMinimum = 30_000_000, 50_000_000
	people, fallOut        = 1000, 37
	impactDay              = "2024-06-15"
	enrollment             = "csp.direct_bill.enrollment"
	revenueData            = "csp/direct_bill/requirements/revenue/data.yaml"
	infrastructureRule     = "csp/direct_bill/requirements/infrastructure/infrastructure.rego"
	minimumUnit            = "csp/direct_bill/requirements/revenue:minimum"
	partnerIDRule          = "csp/direct_bill/requirements/partner_id/partner_id.rego"
	infrastructureUnit     = "csp/direct_bill/requirements/infrastructure"
)

// partnerWith is somebody who meets everything but, perhaps, for these.
func partnerWith(cents int64, provisioning, membership string) []decision.Fact {
	fact := func(kind, key, source, from string, body map[string]any) decision.Fact {
		raw, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		return decision.Fact{Kind: kind, Key: key, Source: source, ValidFrom: decision.Day(from), Body: raw}
	}
	return []decision.Fact{
		fact("membership", "", "microsoft", "2022-01-01", map[string]any{"status": membership}),
		fact("location", "IT-0001", "microsoft", "2022-01-01", map[string]any{"country": "IT", "status": "active"}),
		fact("sales_target", "", "partner", "2022-01-01", map[string]any{"country": "IT"}),
		fact("signatory", "Anna Rossi", "partner", "2023-01-01", map[string]any{"authority": "full"}),
		fact("first_level_support", "", "partner", "2024-01-01", map[string]any{"provided": true, "mode": "own"}),
		fact("infrastructure", "", "partner", "2023-03-01", map[string]any{"billing": "in_use", "provisioning": provisioning}),
		fact("reseller_tenure", "", "microsoft", "2023-03-06", map[string]any{"first_transaction_on": "2023-03-06", "months_without_transactions": []string{}}),
		fact("revenue_report", "2024-05", "microsoft", "2024-06-08", map[string]any{
			"window_start": "2023-06", "window_end": "2024-05", "usd_cents": cents, "level": "global", "published_on": "2024-06-08",
		}),
		fact("value_added_services", "", "partner", "2023-03-01", map[string]any{"items": []any{map[string]any{"name": "Backup", "kind": "managed_service"}}}),
	}
}

// only serves one revision.
type only struct {
	decision.Revisions
	revision decision.Revision
}

func (o only) Current() decision.Revision { return o.revision }

// servedOnce is the shipped policies as they are after they served, without the gate.
func servedOnce(t testing.TB, store *db.DB) *decision.Service {
	t.Helper()
	revision, err := loadPolicies(t.Context(), []string{lightPolicies})
	if err != nil {
		t.Fatal(err)
	}
	activation := decision.Activation{Revision: revision.Digest(), At: time.Now(), Origin: decision.Origin{Source: "the test"}}
	if _, err := store.Activate(t.Context(), activation, revision.Files()); err != nil {
		t.Fatal(err)
	}
	return &decision.Service{Revisions: only{revision: revision}, Store: store, Now: time.Now, NewID: newID}
}

// populate records the partners and lets the shipped policies serve once.
func populate(t testing.TB, n int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "assay.db")
	store, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	service := servedOnce(t, store)
	random := rand.New(rand.NewPCG(20261122, 4))
	for i, at := range random.Perm(n) {
		cents, provisioning, membership := newMinimum+random.Int64N(newMinimum), "in_use", "active"
		switch {
		case i < fallOut:
			cents = oldMinimum + random.Int64N(newMinimum-oldMinimum)
		case i < 2*fallOut:
			cents, membership = oldMinimum+random.Int64N(newMinimum-oldMinimum), "lapsed"
		case i < n/2:
			cents = random.Int64N(oldMinimum)
		}
		if i == 0 {
			cents = oldMinimum
		}
		if _, _, err := service.RecordFacts(t.Context(), fmt.Sprintf("partner-%04d", at), partnerWith(cents, provisioning, membership), ""); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// countedBySQL asks the database, not the policies, who lies between the two minimums.
func countedBySQL(t *testing.T, file string) []string {
	t.Helper()
	plain, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	rows, err := plain.QueryContext(t.Context(), `
		SELECT partner FROM fact
		WHERE kind = 'revenue_report'
		  AND json_extract(body_json, '$.usd_cents') >= ? AND json_extract(body_json, '$.usd_cents') < ?
		  AND partner IN (SELECT partner FROM fact WHERE kind = 'membership' AND json_extract(body_json, '$.status') = 'active')
		ORDER BY partner`, oldMinimum, newMinimum)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// changedPolicies is a copy of the shipped policies with some texts replaced, each file
// followed by old and new.
func changedPolicies(t testing.TB, edits ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(lightPolicies)); err != nil {
		t.Fatal(err)
	}
	for edit := range slices.Chunk(edits, 3) {
		name := filepath.Join(dir, edit[0])
		content, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), edit[1]) {
			t.Fatalf("%s does not contain %q", edit[0], edit[1])
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(content), edit[1], edit[2], 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// command runs a command and gives its exit status.
func command(t testing.TB, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, noEnvironment, strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), exitStatus(err)
}

// report is what the tests read of one.
type report struct {
	Report   string `json:"report"`
	Units    []string
	Exceeded []string
	Sections []section
	section  `json:"-"` // of a report that has one
}

type section struct {
	Turns []struct {
		Partner       string
		DecisionID    string `json:"decision_id"`
		Before, After string
		By            struct {
			Alone    [][]string
			Together []string
		} `json:"turned_by"`
	}
	Subjects, Turned, Errors int
	Broken                   []struct {
		Limit string
		Max   int
		Found int
		SetBy string `json:"set_by"`
	} `json:"exceeded"`
}

func measured(t testing.TB, wantStatus int, args ...string) report {
	t.Helper()
	stdout, stderr, status := command(t, append([]string{"impact", "--format", "json"}, args...)...)
	if status != wantStatus {
		t.Fatalf("exit status %d, want %d\n%s", status, wantStatus, stderr)
	}
	var r report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%v\n%s", err, stdout)
	}
	if len(r.Sections) == 1 {
		r.section = r.Sections[0]
	}
	return r
}

func (r report) partners() []string {
	var ids []string
	for _, turn := range r.Turns {
		ids = append(ids, turn.Partner)
	}
	return ids
}

var raised = []string{revenueData, "value: 30000000 # USD 300,000", "value: 50000000"}

// TestImpactFindsWhomSQLFinds is the promise: exactly those partners turn whose figures
// lie between the old and the new minimum.
func TestImpactFindsWhomSQLFinds(t *testing.T) {
	t.Parallel()
	file := populate(t, people)
	want := countedBySQL(t, file)
	if len(want) != fallOut {
		t.Fatalf("the population is not as planned: SQL counts %d", len(want))
	}
	r := measured(t, 0, "--policies", changedPolicies(t, raised...), "--db", file, "--program", enrollment, "--as-of", impactDay)
	if got := r.partners(); !slices.Equal(got, want) {
		t.Errorf("%d turn: %v\nSQL: %v", len(got), got, want)
	}
	if r.Subjects != people || r.Turned != fallOut || r.Errors != 0 {
		t.Errorf("%d subjects, %d turned, %d errors", r.Subjects, r.Turned, r.Errors)
	}
	for _, turn := range r.Turns {
		if turn.Before != "eligible" || turn.After != "not_eligible" || fmt.Sprint(turn.By.Alone) != "[["+minimumUnit+"]]" {
			t.Errorf("%+v", turn)
		}
	}
}

// The rest is of a smaller population, with as many who fall out.
func TestImpact(t *testing.T) {
	t.Parallel()
	const some = 2*fallOut + 6
	file := populate(t, some)
	want := countedBySQL(t, file)
	candidate := changedPolicies(t, raised...)
	common := []string{"--policies", candidate, "--db", file, "--program", enrollment, "--as-of", impactDay}

	t.Run("id", func(t *testing.T) {
		t.Parallel()
		r := measured(t, 0, common...)
		if again := measured(t, 0, common...); again.Report != r.Report {
			t.Error("the same question has another id")
		}
		against := measured(t, 0, append(slices.Clone(common), "--against", lightPolicies)...)
		if against.Report != r.Report {
			t.Error("what served last is another revision than that of its folder")
		}
		if other := measured(t, 0, "--policies", candidate, "--db", file, "--program", enrollment, "--as-of", "2024-06-16"); other.Report == r.Report {
			t.Error("another day has the same id")
		}
	})
	t.Run("csv", func(t *testing.T) {
		t.Parallel()
		stdout, _, status := command(t, append([]string{"impact", "--format", "csv"}, common...)...)
		rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
		if err != nil || status != 0 {
			t.Fatal(err, status)
		}
		var got []string
		for _, row := range rows[1:] {
			got = append(got, row[0])
		}
		if !slices.Equal(got, want) {
			t.Errorf("the rows are of %v", got)
		}
	})
	t.Run("budget", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			budget string
			status int
			found  string
		}{
			{"max_newly_not_eligible: 36", 1, "[{max_newly_not_eligible 36 37 candidate}]"},
			{"max_newly_not_eligible: 37", 0, "[]"},
			{"max_turned: 0", 1, "[{max_turned 0 37 candidate}]"},
			{"max_newly_unknown: 0", 0, "[]"},
		} {
			budgets := "programs:\n  " + enrollment + ":\n    good: [eligible]\n    " + c.budget + "\n"
			bounded := changedPolicies(t, append([]string{"budgets/data.yaml", "", budgets}, raised...)...)
			r := measured(t, c.status, append([]string{"--policies", bounded}, common[2:]...)...)
			if got := fmt.Sprint(r.Broken); got != c.found {
				t.Errorf("%s: exceeded are %s", c.budget, got)
			}
		}
	})
	t.Run("a budget of the live revision binds the candidate", func(t *testing.T) {
		t.Parallel()
		live := changedPolicies(t, "budgets/data.yaml", "", "programs:\n  "+enrollment+":\n    good: [eligible]\n    max_turned: 3\n")
		r := measured(t, 1, append(slices.Clone(common), "--against", live)...)
		if got := fmt.Sprint(r.Broken); got != "[{max_turned 3 37 live}]" {
			t.Errorf("exceeded are %s", got)
		}
	})
	t.Run("sweep", func(t *testing.T) {
		t.Parallel()
		stdout, stderr, status := command(t, "sweep", "--policies", lightPolicies, "--db", file, "--program", enrollment, "--as-of", impactDay,
			"--value", minimumUnit, "--from", "0", "--to", "100000000", "--steps", "3")
		if status != 0 {
			t.Fatal(stderr)
		}
		// At 0 all count who are members, at the candidate's minimum those who do not
		// fall out, and nobody has as much as the last number.
		var rows [][]string
		for line := range strings.Lines(stdout) {
			if strings.HasPrefix(line, "USD ") {
				rows = append(rows, strings.Fields(line)[1:])
			}
		}
		want := [][]string{
			{"0.00", fmt.Sprint(some - fallOut), fmt.Sprint(fallOut)},
			{"500,000.00", fmt.Sprint(some - 2*fallOut), fmt.Sprint(2 * fallOut)},
			{"1,000,000.00", "0", fmt.Sprint(some)},
		}
		for i := range want {
			if len(rows) != len(want) || !slices.Equal(rows[i][:3], want[i]) {
				t.Fatalf("want %v of\n%s", want, stdout)
			}
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var out bytes.Buffer
		if err := run(ctx, append([]string{"impact"}, common...), noEnvironment, strings.NewReader(""), &out, &out); exitStatus(err) != 2 {
			t.Errorf("%v\n%s", err, &out)
		}
	})
}

// few records the given partners and lets the shipped policies serve once.
func few(t *testing.T, partners map[string][]decision.Fact) (file string, service *decision.Service) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "assay.db")
	store, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	service = servedOnce(t, store)
	for id, facts := range partners {
		if _, _, err := service.RecordFacts(t.Context(), id, facts, ""); err != nil {
			t.Fatal(err)
		}
	}
	return file, service
}

// A threshold and a rule are relaxed at once.
var relaxed = []string{
	revenueData, "value: 30000000 # USD 300,000", "value: 20000000",
	infrastructureRule, `known.provisioning == "in_use"`, `known.provisioning in {"in_use", "planned"}`,
	infrastructureRule, `known[part] in {"planned", "none"}`, `known[part] == "none"`,
}

func TestImpactNamesTheChangeThatTurned(t *testing.T) {
	t.Parallel()
	file, _ := few(t, map[string][]decision.Fact{
		"by-the-threshold": partnerWith(25_000_000, "in_use", "active"),
		"by-the-rule":      partnerWith(60_000_000, "planned", "active"),
		"by-both":          partnerWith(25_000_000, "planned", "active"),
		"not-at-all":       partnerWith(60_000_000, "in_use", "active"),
		"not-even-by-both": partnerWith(10_000_000, "planned", "active"),
	})
	// The YAML is written anew too, which is no change.
	candidate := changedPolicies(t, append(slices.Clone(relaxed), revenueData, "ref: ENR-05a", "ref: \"ENR-05a\" # as in the table")...)
	r := measured(t, 0, "--policies", candidate, "--db", file, "--program", enrollment, "--as-of", impactDay)
	if want := []string{infrastructureUnit, minimumUnit}; !slices.Equal(r.Units, want) {
		t.Errorf("the units are %v, want %v", r.Units, want)
	}
	got := make(map[string]string)
	for _, turn := range r.Turns {
		got[turn.Partner] = fmt.Sprint(turn.By.Alone, turn.By.Together)
	}
	want := map[string]string{
		"by-the-threshold": "[[" + minimumUnit + "]] []",
		"by-the-rule":      "[[" + infrastructureUnit + "]] []",
		"by-both":          "[] [" + infrastructureUnit + " " + minimumUnit + "]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("turned by\n%v, want\n%v", got, want)
	}
}

// A rule that needs a new value cannot be tried without it, nor a version of the rules
// without the requirement that it names.
func TestImpactTakesTogetherWhatNeedsOneAnother(t *testing.T) {
	t.Parallel()
	file, _ := few(t, map[string][]decision.Fact{"acme": partnerWith(40_000_000, "in_use", "active")})
	candidate := changedPolicies(t, raised...)
	script := scriptFiles(t, "testdata/script/requirement.txtar")
	for from, to := range map[string]string{
		"certification.rego": "csp/direct_bill/requirements/certification/certification.rego",
		"data.yaml":          "csp/direct_bill/requirements/certification/data.yaml", "iso_certificate.json": "schemas/facts/iso_certificate.json",
	} {
		name := filepath.Join(candidate, to)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, script[from], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rules := filepath.Join(candidate, "csp/direct_bill/rules/data.yaml")
	content, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	// In the version that is in force on the day of the test.
	content = bytes.ReplaceAll(content, []byte("managed_service]\n      P3"), []byte("managed_service, certification]\n      P3"))
	if err := os.WriteFile(rules, content, 0o644); err != nil {
		t.Fatal(err)
	}
	r := measured(t, 0, "--policies", candidate, "--db", file, "--program", enrollment, "--as-of", impactDay)
	if len(r.Turns) != 1 {
		t.Fatalf("%+v", r)
	}
	// Less revenue than the new minimum settles it, whatever else is unknown.
	if got := fmt.Sprint(r.Turns[0].By.Alone); got != "[["+minimumUnit+"]]" {
		t.Errorf("turned by %s", got)
	}

	enough := changedPolicies(t) // the requirement without the threshold
	if err := os.CopyFS(filepath.Join(enough, "new"), os.DirFS(candidate)); err != nil {
		t.Fatal(err)
	}
	enough = filepath.Join(enough, "new")
	plain, err := fs.ReadFile(os.DirFS(lightPolicies), revenueData)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(enough, revenueData), plain, 0o644); err != nil {
		t.Fatal(err)
	}
	r = measured(t, 0, "--policies", enough, "--db", file, "--program", enrollment, "--as-of", impactDay)
	if len(r.Turns) != 1 || r.Turns[0].After != "incomplete" {
		t.Fatalf("%+v", r)
	}
	if got, want := fmt.Sprint(r.Turns[0].By.Alone), "[[csp/direct_bill/requirements/certification csp/direct_bill/rules schemas/facts]]"; got != want {
		t.Errorf("turned by %s, want %s", got, want)
	}
}

// Logged decisions are asked again on the facts that they were made from: given ones,
// and stored ones as they were known.
func TestImpactOverLoggedDecisions(t *testing.T) {
	t.Parallel()
	file, service := few(t, map[string][]decision.Fact{"stored": partnerWith(40_000_000, "in_use", "active")})
	decide := func(request decision.Request) string {
		request.Program, request.AsOf = enrollment, impactDay
		d, _, err := service.Decide(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		return d.ID
	}
	turns := decide(decision.Request{Partner: "stored"})
	// Known only afterwards: that decision did not see it.
	if _, _, err := service.RecordFacts(t.Context(), "stored", partnerWith(90_000_000, "in_use", "active"), ""); err != nil {
		t.Fatal(err)
	}
	decide(decision.Request{Partner: "stored"})
	given := decide(decision.Request{Given: partnerWith(45_000_000, "in_use", "active")})
	onTop := decide(decision.Request{Partner: "stored", Given: partnerWith(31_000_000, "in_use", "active")[7:8]})
	common := []string{"--policies", changedPolicies(t, raised...), "--db", file}

	r := measured(t, 0, append(slices.Clone(common), "--decisions", "100")...)
	var ids []string
	for _, turn := range r.Turns {
		ids = append(ids, turn.DecisionID)
	}
	if want := []string{onTop, given, turns}; !slices.Equal(ids, want) || r.Subjects != 4 {
		t.Errorf("%v turn of %d, want %v", ids, r.Subjects, want)
	}
	if r := measured(t, 0, append(slices.Clone(common), "--decisions", "2")...); r.Subjects != 2 || r.Turned != 2 {
		t.Errorf("of the last two, %d turn of %d", r.Turned, r.Subjects)
	}
}

// TestNoLaterDayEscapesABudget: what turns nobody today, and many once a version of the
// rules, or a rule itself, gets to its day, is measured as of that day.
func TestNoLaterDayEscapesABudget(t *testing.T) {
	t.Parallel()
	const rulesData = "csp/direct_bill/rules/data.yaml"
	file, _ := few(t, map[string][]decision.Fact{"acme": partnerWith(40_000_000, "in_use", "lapsed")})
	budget := []string{"budgets/data.yaml", "", "programs:\n  " + enrollment + ":\n    good: [eligible]\n    max_turned: 0\n"}

	shipped, err := os.ReadFile(filepath.Join(lightPolicies, rulesData))
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(shipped), "  - id: DB-4\n")
	future := strings.NewReplacer(`"2024-04-10"`, `"2999-01-01"`, "partner_id, ", "").Replace("  - id: DB-5\n" + last)

	for name, edit := range map[string][]string{
		"a version of the rules": {rulesData, last, last + future},
		"a rule":                 {partnerIDRule, "met := false if failing\n", "met := false if {\n\tfailing\n\tinput.as_of < \"2999-01-01\"\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := measured(t, 1, "--policies", changedPolicies(t, append(slices.Clone(budget), edit...)...), "--db", file)
			if want := []string{"as of 2999-01-01, " + enrollment + ": max_turned is 0, by the candidate revision, and the change makes it 1"}; !slices.Equal(r.Exceeded, want) {
				t.Errorf("exceeded are %q", r.Exceeded)
			}
		})
	}
}

// TestAnotherKindOfProgramIsTooMuch: a program that decided about partners and then decides
// about actions, or the other way round, is asked by nobody in the same way before and
// after. Where it has a budget, on either side, that needs a person.
func TestAnotherKindOfProgramIsTooMuch(t *testing.T) {
	t.Parallel()
	const data = "csp/direct_bill/enrollment/data.yaml"
	file, _ := few(t, map[string][]decision.Fact{"acme": partnerWith(40_000_000, "in_use", "active")})
	budget := []string{"budgets/data.yaml", "", "programs:\n  " + enrollment + ":\n    good: [eligible]\n    max_turned: 0\n"}
	actions := []string{
		data, "texts:\n", "actions:\n  apply:\n    gates: [partner_id]\n    citation: {title: x, url: \"https://learn.microsoft.com/x\"}\ntexts:\n",
		data, "    outcomes:\n", "    actions: {apply: apply}\n    outcomes:\n",
		data, "    outcomes:\n      eligible: idoneo\n", "    actions: {apply: fare domanda}\n    outcomes:\n      eligible: idoneo\n",
	}
	partners := changedPolicies(t, budget...)
	about := changedPolicies(t, slices.Concat(budget, actions)...)
	const line = enrollment + ": it has a budget and cannot be measured: it is about "
	for _, c := range []struct{ live, candidate, want string }{
		{partners, about, line + "partners before the change and is about actions after it"},
		{about, partners, line + "actions before the change and is about partners after it"},
		{lightPolicies, about, line + "partners before the change and is about actions after it"},
	} {
		store, err := db.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		live, err := loadPolicies(t.Context(), []string{c.live})
		if err != nil {
			t.Fatal(err)
		}
		candidate, err := loadPolicies(t.Context(), []string{c.candidate})
		if err != nil {
			t.Fatal(err)
		}
		if _, exceeded, err := measuring(store)(t.Context(), live, candidate); err != nil || !slices.Equal(exceeded, []string{c.want}) {
			t.Errorf("exceeded are %q, want %q (%v)", exceeded, c.want, err)
		}
	}
}

// TestWhatAServerMeasures: today and every later day that is named,
// and for a program about actions what was decided last, in one report.
func TestWhatAServerMeasures(t *testing.T) {
	t.Parallel()
	const actions = "csp.direct_bill.actions"
	file, service := few(t, map[string][]decision.Fact{"acme": partnerWith(40_000_000, "in_use", "active")})
	state := decision.Fact{Kind: "csp_status", Source: "microsoft", ValidFrom: "2024-05-01", Body: []byte(`{"state":"restricted"}`)}
	decide := func() string {
		d, _, err := service.Decide(t.Context(), decision.Request{Program: actions, Action: "renewal", AsOf: impactDay, Given: []decision.Fact{state}})
		if err != nil || d.Outcome != "allow" {
			t.Fatal(d.Outcome, err)
		}
		return d.ID
	}
	gate := "csp/direct_bill/gates/csp_status/data.yaml"
	candidate := changedPolicies(t,
		"budgets/data.yaml", "", "programs:\n  "+actions+":\n    good: [allow]\n    max_newly_not_eligible: 0\n",
		gate, "value: [renewal, suspend", "value: [suspend",
		gate, "value: [new_subscription, add_on, one_time_purchase, shared_services, create_customer", "value: [renewal, new_subscription, add_on, one_time_purchase, shared_services, create_customer",
		revenueData, "value: 30000000 # USD 300,000\n", "value: 30000000\n        citation: *page\n      - since: \"2999-01-01\"\n        value: 50000000\n",
	)
	common := []string{"--policies", candidate, "--db", file}

	// Nothing was decided yet, so there is nothing to turn.
	if r := measured(t, 0, common...); len(r.Sections) != 2 || len(r.Exceeded) != 0 {
		t.Errorf("%+v", r)
	}
	id := decide()
	r := measured(t, 1, common...)
	if len(r.Sections) != 3 {
		t.Fatalf("%+v", r)
	}
	turned := r.Sections[2]
	if len(turned.Turns) != 1 || turned.Turns[0].DecisionID != id || turned.Turns[0].After != "deny" || turned.Subjects != 1 {
		t.Errorf("%+v", turned)
	}
	if want := []string{"over logged decisions, " + actions + ": max_newly_not_eligible is 0, by the candidate revision, and the change makes it 1"}; !slices.Equal(r.Exceeded, want) {
		t.Errorf("exceeded are %q", r.Exceeded)
	}

	// A server measures the same.
	store, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	live, err := loadPolicies(t.Context(), []string{lightPolicies})
	if err != nil {
		t.Fatal(err)
	}
	next, err := loadPolicies(t.Context(), []string{candidate})
	if err != nil {
		t.Fatal(err)
	}
	kept, exceeded, err := measuring(store)(t.Context(), live, next)
	if err != nil || kept.ID != r.Report || !slices.Equal(exceeded, r.Exceeded) || kept.Live != live.Digest() || kept.Candidate != next.Digest() {
		t.Errorf("%s, %q, %v", kept.ID, exceeded, err)
	}
	var rendered bytes.Buffer
	if err := renderReport(only{revision: live})(&rendered, "json", kept.Content); err != nil || rendered.String() != string(kept.Content) {
		t.Errorf("%v\n%s\nbecame\n%s", err, kept.Content, &rendered)
	}
}
