package decision_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/server/decision"
)

func at(minute int) time.Time { return time.Date(2024, 6, 1, 0, minute, 0, 0, time.UTC) }

func record(id string, from, to decision.Day, recorded int, body string) decision.Fact {
	f := decision.Fact{ID: id, Kind: "membership", Source: "partner", ValidFrom: from, ValidTo: to, RecordedAt: at(recorded)}
	if body != "" {
		f.Body = []byte(body)
	}
	return f
}

func ids(facts []decision.Fact) []string {
	var list []string
	for _, f := range facts {
		list = append(list, f.ID)
	}
	return list
}

func TestSelect(t *testing.T) {
	t.Parallel()
	const day = "2024-06-15"
	for name, test := range map[string]struct {
		records     []decision.Fact
		held, ended []string
	}{
		"holds from its first day":          {[]decision.Fact{record("a", day, "", 1, `{}`)}, []string{"a"}, nil},
		"not yet":                           {[]decision.Fact{record("a", "2024-06-16", "", 1, `{}`)}, nil, nil},
		"the end is exclusive":              {[]decision.Fact{record("a", "2024-01-01", day, 1, `{}`)}, nil, []string{"a"}},
		"holds on its last day":             {[]decision.Fact{record("a", "2024-01-01", "2024-06-16", 1, `{}`)}, []string{"a"}, nil},
		"the last recording counts":         {[]decision.Fact{record("a", "2024-01-01", "", 2, `{"n":1}`), record("b", "2023-01-01", "", 1, `{"n":2}`)}, []string{"a"}, nil},
		"a retraction takes away":           {[]decision.Fact{record("a", "2024-01-01", "", 1, `{}`), record("b", "2024-01-01", "", 2, "")}, nil, nil},
		"a retraction of another time":      {[]decision.Fact{record("a", "2024-01-01", "", 1, `{}`), record("b", "2024-05-01", "2024-06-01", 2, "")}, []string{"a"}, nil},
		"recorded together, contradicting":  {[]decision.Fact{record("a", "2024-01-01", "", 1, `{"n":1}`), record("b", "2024-01-01", "", 1, `{"n":2}`)}, []string{"a", "b"}, nil},
		"recorded together, the same":       {[]decision.Fact{record("a", "2024-01-01", "", 1, `{}`), record("b", "2024-02-01", "", 1, `{}`)}, []string{"a"}, nil},
		"what ended last":                   {[]decision.Fact{record("a", "2022-01-01", "2023-01-01", 1, `{}`), record("b", "2023-01-01", "2024-01-01", 1, `{}`)}, nil, []string{"b"}},
		"nothing ended while another holds": {[]decision.Fact{record("a", "2022-01-01", "2023-01-01", 1, `{}`), record("b", "2024-01-01", "", 1, `{}`)}, []string{"b"}, nil},
		"taken back from a day on":          {[]decision.Fact{record("a", "2022-01-01", "", 1, `{}`), record("b", "2024-06-01", "", 2, "")}, nil, []string{"a"}},
		"ended, and shortened afterwards":   {[]decision.Fact{record("a", "2022-01-01", "2024-01-01", 1, `{}`), record("b", "2023-01-01", "2024-01-01", 2, "")}, nil, []string{"a"}},
		"an ended one that was taken back":  {[]decision.Fact{record("a", "2022-01-01", "2023-01-01", 1, `{}`), record("b", "2022-01-01", "2023-01-01", 2, "")}, nil, nil},
	} {
		facts := decision.Select(test.records, day)
		if diff := cmp.Diff(test.held, ids(facts.Held)); diff != "" {
			t.Errorf("%s: held (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(test.ended, ids(facts.Ended)); diff != "" {
			t.Errorf("%s: ended (-want +got)\n%s", name, diff)
		}
	}
}

// Whatever the order of the records, the selection is the same, bytes and all.
func TestSelectDoesNotDependOnOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	for range 500 {
		var records []decision.Fact
		for i := range 12 {
			records = append(records, decision.Fact{
				ID: string(rune('a' + i)), Kind: pick("x", "y"), Key: pick("", "k"), Source: pick("partner", "microsoft"),
				ValidFrom: decision.Day(pick("2024-01-01", "2024-06-15")), ValidTo: decision.Day(pick("", "2024-06-15", "2024-07-01")),
				RecordedAt: at(random.IntN(3)), Body: []byte(pick(`{"n":1}`, `{"n":2}`, `{"n":3}`)),
			})
			if records[i].ValidTo == records[i].ValidFrom {
				records[i].ValidTo = ""
			}
		}
		want := bodies(decision.Select(records, "2024-06-20"))
		random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		if diff := cmp.Diff(want, bodies(decision.Select(records, "2024-06-20"))); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
}

func bodies(facts decision.Facts) []string {
	var list []string
	for _, f := range slices.Concat(facts.Held, facts.Ended) {
		list = append(list, f.Kind+f.Key+f.Source+string(f.Body)+f.ID)
	}
	return list
}

func TestCanonicalKeepsNumbersAndSortsKeys(t *testing.T) {
	t.Parallel()
	got, err := decision.Canonical([]byte(` {"b": 1.10, "a": 12345678901234567890, "c": "<&>\u00e9"} `))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"a":12345678901234567890,"b":1.1,"c":"<&>é"}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Equal numbers are one number, however they are written, and none is rounded.
func TestCanonicalNumbers(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"41250000":              {"41250000", "4.125e7", "41250000.0", "4125E+4", "412500000e-1", "41250000.000e0"},
		"0":                     {"0", "-0", "0.0", "0e5", "-0.00e-3"},
		"-1.5":                  {"-1.5", "-15e-1", "-1.50"},
		"0.001":                 {"1e-3", "0.0010"},
		"123456789012345678901": {"123456789012345678901", "1.23456789012345678901e20"},
		"10":                    {"1e1", "10", "10.0"},
	} {
		for _, spelling := range spellings {
			if got, err := decision.Canonical([]byte(spelling)); err != nil || string(got) != want {
				t.Errorf("%s became %s, want %s (%v)", spelling, got, want, err)
			}
		}
	}
	if got, err := decision.Canonical([]byte("1e999999999")); err == nil {
		t.Errorf("a number of a thousand million digits became %d bytes", len(got))
	}
}

// One request may not state a fact and take it back for the same time.
func TestFactsThatContradictTheirRetraction(t *testing.T) {
	t.Parallel()
	stated := record("", "2024-01-01", "", 0, `{}`)
	for name, test := range map[string]struct {
		other decision.Fact
		fine  bool
	}{
		"the same time":  {record("", "2024-01-01", "", 0, ""), false},
		"later":          {record("", "2024-06-01", "", 0, ""), false},
		"before":         {record("", "2023-01-01", "2024-01-01", 0, ""), true},
		"two statements": {record("", "2024-01-01", "", 0, `{"n":1}`), true},
	} {
		err := decision.ValidateFacts(noKinds{}, []decision.Fact{stated, test.other})
		if (err == nil) != test.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// noKinds finds nothing wrong with any fact.
type noKinds struct{ decision.Revision }

func (noKinds) Validate([]decision.Fact) []decision.Problem { return nil }

func TestDays(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2024-02-30", "2023-02-29", "24-01-01", "2024-1-1", "0999-01-01", "", "2024-01-01T00:00:00Z"} {
		if day, err := decision.ParseDay(s); err == nil {
			t.Errorf("%q was taken for the day %s", s, day)
		}
	}
	if day, err := decision.ParseDay("2024-02-29"); err != nil || day != "2024-02-29" {
		t.Errorf("got %s, %v", day, err)
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add([]byte(`{"a":[1,2.50,{"b":null}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := decision.Canonical(raw)
		if err != nil {
			return
		}
		twice, err := decision.Canonical(once)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("%q became %q, %v", once, twice, err)
		}
	})
}
