package explain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/explain"
)

var english = explain.New("en", decision.Language{
	Name: "English", Day: "{month} {day}, {year}", Month: "{month} {year}", Range: "{from} to {to}", And: "and",
	Months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	Units:  map[string]decision.Plural{"months": {One: "{n} month", Other: "{n} months"}},
	Words:  map[string]string{"billing": "customer billing", "true": "yes", "false": "no", "not_eligible": "not eligible", "unknown": "not known yet", "2026-13": "never"},
	Requirements: map[string]decision.RequirementTexts{"csp.enrollment/revenue": {
		Title: "Revenue",
		Found: map[string]string{
			"not_met":  "Revenue of {actual} is {gap} short of {required}, in force since {since}.",
			"met":      "Revenue is {actual}.",
			"stale":    "The report for {window} is old.",
			"unpaid":   "Some invoices are unpaid.",
			"verbatim": "Said: {quote}.",
		},
		Action: map[string]string{"not_met": "Grow sales by {gap}.", "unpaid": "Pay them."},
	}},
})

var italian = explain.New("it", decision.Language{
	Name: "italiano", Day: "{day} {month} {year}", Month: "{month} {year}", Range: "da {from} a {to}", And: "e",
	Months: []string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
	Units:  map[string]decision.Plural{"months": {One: "{n} mese", Other: "{n} mesi"}},
	Words:  map[string]string{"billing": "fatturazione", "true": "sì", "false": "no", "not_eligible": "non idoneo"},
	Requirements: map[string]decision.RequirementTexts{"csp.enrollment/revenue": {
		Title:  "Ricavi",
		Found:  map[string]string{"not_met": "Ai ricavi di {actual} mancano {gap} al minimo di {required}, in vigore dal {since}."},
		Action: map[string]string{"not_met": "Aumentare le vendite."},
	}},
})

func TestValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ json, en, it string }{
		{`{"usd_cents": 41250000}`, "USD 412,500.00", "412.500,00 USD"},
		{`{"usd_cents": 0}`, "USD 0.00", "0,00 USD"},
		{`{"usd_cents": 7}`, "USD 0.07", "0,07 USD"},
		{`{"usd_cents": -100000}`, "USD -1,000.00", "-1.000,00 USD"},
		{`{"usd_cents": 100.0}`, "USD 1.00", "1,00 USD"},
		{`{"usd_cents": 12345678901234567890123}`, "USD 123,456,789,012,345,678,901.23", "123.456.789.012.345.678.901,23 USD"},
		{`{"months": 1}`, "1 month", "1 mese"},
		{`{"months": 11}`, "11 months", "11 mesi"},
		{`{"months": 0}`, "0 months", "0 mesi"},
		{`{"months": 1.5}`, "1.5 months", "1,5 mesi"},
		{`{"months": 10000001}`, "10,000,001 months", "10.000.001 mesi"},
		{`{"parsecs": 12000}`, "12,000 parsecs", "12.000 parsecs"},
		{`{"from": "2025-02", "to": "2026-01"}`, "February 2025 to January 2026", "da febbraio 2025 a gennaio 2026"},
		{`{"from": "2025-02-01", "to": "2026-01-31"}`, "February 1, 2025 to January 31, 2026", "da 1 febbraio 2025 a 31 gennaio 2026"},
		{`"2025-10-01"`, "October 1, 2025", "1 ottobre 2025"},
		{`"2025-02-30"`, "2025-02-30", "2025-02-30"},
		{`"2025-10"`, "October 2025", "ottobre 2025"},
		{`"2026-13"`, "never", "2026-13"},
		{`["billing"]`, "customer billing", "fatturazione"},
		{`["billing", "support", "2025-10"]`, "customer billing, support and October 2025", "fatturazione, support e ottobre 2025"},
		{`[]`, "…", "…"},
		{`null`, "…", "…"},
		{`""`, "…", "…"},
		{`true`, "yes", "sì"},
		{`1234567`, "1,234,567", "1.234.567"},
		{`-1234.50`, "-1,234.50", "-1.234,50"},
		{`123`, "123", "123"},
		{`1e30`, "1e30", "1e30"},
		{`-0`, "0", "0"},
		{`{"title": "A page", "url": "https://example.com"}`, "A page", "A page"},
		{`{"passed": 2, "billing": true}`, "customer billing: yes; passed: 2", "fatturazione: sì; passed: 2"},
		{`{}`, "…", "…"},
		{`{"mode": "billing"}`, "mode: customer billing", "mode: fatturazione"},
	} {
		value := decode(t, c.json)
		if got := english.Value(value); got != c.en {
			t.Errorf("%s in English: got %q, want %q", c.json, got, c.en)
		}
		if got := italian.Value(value); got != c.it {
			t.Errorf("%s in Italian: got %q, want %q", c.json, got, c.it)
		}
	}
}

// Values that Go code puts in, and texts that lack patterns.
func TestPlainValues(t *testing.T) {
	t.Parallel()
	bare := explain.New("no such tag!", decision.Language{})
	for _, c := range []struct {
		language explain.Language
		value    any
		want     string
	}{
		{english, []string{"billing", "x"}, "customer billing and x"},
		{english, decision.Day("2025-10-01"), "October 1, 2025"},
		{english, 12000, "12,000"},
		{english, int64(-12000), "-12,000"},
		{english, 0.5, "0.5"},
		{english, map[string]any{"usd_cents": json.Number("0.5")}, "0.5 usd_cents"},
		{english, map[string]any{"months": json.Number("1e3")}, "1e3 months"},
		{bare, []string{"a", "b"}, "a, b"},
		{bare, "2025-10-01", "2025-10-01"},
		{bare, "2025-10", "2025-10"},
		{bare, map[string]any{"usd_cents": 100}, "USD 1.00"},
		{bare, true, "true"},
		{explain.New("hi", decision.Language{}), 1234567, "1,234,567"},
	} {
		if got := c.language.Value(c.value); got != c.want {
			t.Errorf("%#v: got %q, want %q", c.value, got, c.want)
		}
	}
}

func TestMoneyAsTheTextsSayIt(t *testing.T) {
	t.Parallel()
	l := explain.New("en-GB", decision.Language{Units: map[string]decision.Plural{"usd_cents": {One: "US${n}", Other: "US${n}"}}})
	if got := l.Value(decode(t, `{"usd_cents": 100}`)); got != "US$1.00" {
		t.Errorf("got %q", got)
	}
}

func TestFinding(t *testing.T) {
	t.Parallel()
	finding := decision.Finding{ID: "revenue", Status: decision.NotMet, Reason: "not_met", Shown: decode(t, `{
		"actual": {"usd_cents": 21250000}, "required": {"usd_cents": 30000000}, "gap": {"usd_cents": 8750000}, "since": "2020-10-27"
	}`).(map[string]any)}
	for _, c := range []struct {
		name                string
		language            explain.Language
		change              func(*decision.Finding)
		explanation, action string
	}{
		{"English", english, func(*decision.Finding) {},
			"Revenue of USD 212,500.00 is USD 87,500.00 short of USD 300,000.00, in force since October 27, 2020.", "Grow sales by USD 87,500.00."},
		{"Italian", italian, func(*decision.Finding) {},
			"Ai ricavi di 212.500,00 USD mancano 87.500,00 USD al minimo di 300.000,00 USD, in vigore dal 27 ottobre 2020.", "Aumentare le vendite."},
		{"status instead of an untold reason", english, func(f *decision.Finding) { f.Status, f.Reason = decision.Met, "met_somehow" },
			"Revenue is USD 212,500.00.", ""},
		{"flags follow", english, func(f *decision.Finding) {
			f.Status, f.Reason, f.Flags = decision.Met, "met", []string{"untold", "unpaid"}
		},
			"Revenue is USD 212,500.00. Some invoices are unpaid.", "Pay them."},
		{"value that is not shown", english, func(f *decision.Finding) { f.Reason = "stale" },
			"The report for … is old.", "Grow sales by USD 87,500.00."},
		{"no sentence at all", english, func(f *decision.Finding) { f.Status, f.Reason = decision.Unknown, "x" },
			"not known yet", ""},
		{"no texts", english, func(f *decision.Finding) { f.ID = "tenure" }, "not_met", ""},
		{"values are not read as placeholders", english, func(f *decision.Finding) {
			f.Reason, f.Shown = "verbatim", map[string]any{"quote": "{gap}", "gap": "secret"}
		}, "Said: {gap}.", "Grow sales by secret."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := finding
			c.change(&f)
			explanation, action := c.language.Finding("csp.enrollment", f)
			if explanation != c.explanation || action != c.action {
				t.Errorf("got  %q, %q\nwant %q, %q", explanation, action, c.explanation, c.action)
			}
		})
	}
}

func TestTitleAndOutcome(t *testing.T) {
	t.Parallel()
	if got := italian.Title("csp.enrollment", "revenue"); got != "Ricavi" {
		t.Errorf("got %q", got)
	}
	if got := italian.Title("csp.enrollment", "tenure"); got != "tenure" {
		t.Errorf("got %q", got)
	}
	if got := italian.Outcome("csp.enrollment", decision.NotEligible); got != "non idoneo" {
		t.Errorf("got %q", got)
	}
	if got := italian.Outcome("csp.enrollment", "allow"); got != "allow" {
		t.Errorf("got %q", got)
	}
}

// Words of a requirement come before those of its program, and those before the
// language's; the other requirement's do not matter.
func TestWordsNearestFirst(t *testing.T) {
	t.Parallel()
	found := map[string]string{"met": "{actual}"}
	l := explain.New("en", decision.Language{
		Words:    map[string]string{"a": "language", "b": "language", "c": "language"},
		Programs: map[string]decision.ProgramTexts{"p": {Words: map[string]string{"b": "program", "c": "program"}}},
		Requirements: map[string]decision.RequirementTexts{
			"p/r": {Found: found, Words: map[string]string{"c": "requirement"}},
			"p/s": {Title: "S", Found: found, Words: map[string]string{"a": "other"}},
		},
	})
	got, _ := l.Finding("p", decision.Finding{ID: "r", Reason: "met", Shown: map[string]any{"actual": []any{"a", "b", "c", "s"}}})
	if want := "language, program, requirement, S"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A role has its own name, not the title of the requirement that asks for it.
func TestRolesOnAPage(t *testing.T) {
	t.Parallel()
	l := explain.New("en", decision.Language{Requirements: map[string]decision.RequirementTexts{
		"p/admin": {Title: "Role of the person", Words: map[string]string{"admin": "Global admin"}},
		"p/agent": {Title: "Agents"},
	}})
	d := decision.Decision{Program: "p", Actor: &decision.Actor{ID: "ada", Roles: []string{"admin", "agent"}}}
	page, err := l.Page(nil, decision.FactRules{}, d, decision.Result{})
	if err != nil || !strings.Contains(string(page), "ada (Global admin, agent)") {
		t.Errorf("%s\n%v", page, err)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	l := explain.New("it", decision.Language{
		Day: "{day} {month} {year}", Months: strings.Fields("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
		Elisions: map[string]string{"il 8": "l'8"},
		Headings: decision.Headings{Sources: "In base a: {sources}"},
		Sources:  decision.SourcePatterns{Recorded: "{fact} ({source}, registrato il {recorded_on})", Given: "{fact} ({source})"},
		Kinds:    map[string]string{"location": "Sede", "membership": "Appartenenza"},
		Words:    map[string]string{"partner": "il partner"},
	})
	facts := decision.Facts{
		Held: []decision.Fact{
			{ID: "1", Kind: "location", Key: "{source}", Source: "microsoft", RecordedAt: time.Date(2024, 6, 8, 23, 59, 0, 0, time.FixedZone("", -3600))},
			{ID: "2", Kind: "location", Key: "DE", Source: "microsoft"},
		},
		Ended: []decision.Fact{{ID: "3", Kind: "membership", Source: "partner", RecordedAt: time.Date(2024, 6, 8, 0, 0, 0, 0, time.UTC)}},
	}
	got := l.Sources(decision.Finding{Facts: []string{"3", "2", "1", "gone"}}, facts)
	if want := "In base a: Sede DE (microsoft); Sede {source} (microsoft, registrato il 9 giugno 2024); Appartenenza (il partner, registrato l'8 giugno 2024)"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := l.Sources(decision.Finding{}, facts); got != "" {
		t.Errorf("got %q", got)
	}
}

// Ids have no part in the order, and what is the same of several facts is said once.
func TestSourcesTogether(t *testing.T) {
	t.Parallel()
	l := explain.New("en", decision.Language{
		And: "and", Headings: decision.Headings{Sources: "Based on: {sources}"},
		Sources: decision.SourcePatterns{Recorded: "{fact} ({source}, from {valid_from}, recorded on {recorded_on})", Given: "{fact} ({source}, from {valid_from})"},
		Kinds:   map[string]string{"location": "Location", "revenue": "Revenue"},
	})
	location := func(id, key string, from decision.Day, recorded time.Time) decision.Fact {
		return decision.Fact{ID: id, Kind: "location", Key: key, Source: "partner", ValidFrom: from, RecordedAt: recorded}
	}
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	facts := decision.Facts{Held: []decision.Fact{
		{ID: "/facts/8", Kind: "revenue", Source: "partner", ValidFrom: "2024-01-01"},
		location("/facts/10", "AT", "2024-01-01", time.Time{}), location("/facts/9", "BE", "2024-01-01", time.Time{}),
		location("fact-100", "CH", "2024-01-01", day), location("fact-99", "DE", "2024-01-01", day.Add(time.Hour)),
		location("fact-7", "ES", "2024-02-01", day),
	}}
	const want = "Based on: Location AT, Location BE, Revenue (partner, from 2024-01-01); " +
		"Location CH, Location DE (partner, from 2024-01-01, recorded on 2026-11-22); " +
		"Location ES (partner, from 2024-02-01, recorded on 2026-11-22)"
	for _, ids := range [][]string{
		{"/facts/10", "/facts/8", "/facts/9", "fact-100", "fact-7", "fact-99"},
		{"fact-99", "fact-7", "fact-100", "/facts/9", "/facts/8", "/facts/10"},
	} {
		if got := l.Sources(decision.Finding{Facts: ids}, facts); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// What is in conflict is told apart, with what each report says, and not a second time.
func TestConflictsAndWhatTheySay(t *testing.T) {
	t.Parallel()
	l := explain.New("en", decision.Language{
		Headings: decision.Headings{Sources: "Based on: {sources}", InConflict: "In conflict: {in_conflict}", Overruled: "Not counted: {overruled}"},
		Sources:  decision.SourcePatterns{Given: "{fact} ({source})", EqualRank: "{report}: equal", RankOfSources: "{report}: {by} ranks higher"},
		Kinds:    map[string]string{"revenue": "Revenue", "location": "Location"},
	})
	report := func(id, source, body string) decision.Fact {
		return decision.Fact{ID: id, Kind: "revenue", Source: source, Body: []byte(body)}
	}
	one, two, weak := report("1", "a", `{"usd_cents":100}`), report("2", "b", `{"usd_cents":200,"level":"global"}`), report("3", "c", `{"usd_cents":300}`)
	facts := decision.Facts{Held: []decision.Fact{one, two, weak, {ID: "4", Kind: "location", Source: "a", Body: []byte(`{}`)}}}
	finding := decision.Finding{Facts: []string{"1", "2", "4"}}
	if got, want := l.Sources(finding, facts), "Based on: Location (a). In conflict: Revenue (a) [1: USD 1.00]; Revenue (b) [2: level: global, USD 2.00]"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	reports := []decision.Overruled{
		{Fact: one, Rule: decision.EqualRank}, {Fact: two, Rule: decision.EqualRank}, {Fact: weak, Rule: decision.RankOfSources, By: one},
	}
	if got, want := l.Overruled(finding, facts, reports), "Not counted: Revenue (c) [3: USD 3.00]: a ranks higher"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// What the checks of a policy tree take for a placeholder is what is filled in.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	const text = "{actual} of {required_2}; {not this} {} {Nor} {_this} {2}"
	shown := make(map[string]any)
	for _, name := range decision.Placeholders(text) {
		shown[name] = "value"
	}
	l := explain.New("en", decision.Language{Requirements: map[string]decision.RequirementTexts{"p/r": {Found: map[string]string{"met": text}}}})
	got, _ := l.Finding("p", decision.Finding{ID: "r", Reason: "met", Shown: shown})
	if want := "value of value; {not this} {} {Nor} {_this} {2}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever a policy shows, both languages say something, always the same, and
// leave no placeholder behind.
func FuzzFinding(f *testing.F) {
	f.Add(`{"usd_cents": -1}`, "not_met")
	f.Add(`{"from": null, "to": ["2025-02"]}`, "stale")
	f.Add(`[[], {"months": 1e2}]`, "x")
	f.Fuzz(func(t *testing.T, shown, reason string) {
		dec := json.NewDecoder(strings.NewReader(shown))
		dec.UseNumber()
		var value any
		if dec.Decode(&value) != nil {
			t.Skip()
		}
		finding := decision.Finding{ID: "revenue", Status: decision.NotMet, Reason: reason, Shown: map[string]any{
			"actual": value, "gap": value, "required": value, "since": value, "window": value,
		}}
		for _, language := range []explain.Language{english, italian} {
			explanation, action := language.Finding("csp.enrollment", finding)
			if explanation == "" {
				t.Fatal("no explanation")
			}
			again, action2 := language.Finding("csp.enrollment", finding)
			if again != explanation || action2 != action {
				t.Fatalf("not the same twice: %q, %q", explanation, again)
			}
			if !strings.Contains(shown, "{") && strings.ContainsRune(explanation, '{') && reason != "verbatim" {
				t.Fatalf("placeholder left in %q", explanation)
			}
		}
	})
}

func decode(t *testing.T, s string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}
