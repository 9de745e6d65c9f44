package api

import (
	"strings"
	"testing"
)

const revenue = `{"kind":"revenue_report","key":"2026-01","valid_from":"2026-02-08","valid_to":"2026-03-08","source":"microsoft",` +
	`"body":{"usd_cents":  12345678901234567890, "ratio": 1.10}}`

func TestRecordAndReadFacts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.mustDo(t, 201, "POST", "/v1/partners/contoso/facts", `{"facts":[`+revenue+`]}`)
	want := `{"partner":"contoso","recorded_at":"2026-03-01T09:30:00Z","facts":[{"id":"f1","kind":"revenue_report","key":"2026-01",` +
		`"valid_from":"2026-02-08","valid_to":"2026-03-08","source":"microsoft",` +
		`"body":{"ratio":1.1,"usd_cents":12345678901234567890},"recorded_at":"2026-03-01T09:30:00Z"}]}`
	if got := strings.TrimSpace(string(a.body)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	var facts FactList
	b.mustDo(t, 200, "GET", "/v1/partners/contoso/facts", "").decode(t, &facts)
	if len(facts.Facts) != 1 || facts.AsOf != "2026-03-01" || !facts.KnownAt.Equal(b.now) || facts.Facts[0].Id != "f1" {
		t.Errorf("got %+v", facts)
	}
	// The end of the validity is exclusive.
	b.mustDo(t, 200, "GET", "/v1/partners/contoso/facts?as_of=2026-03-08", "").decode(t, &facts)
	if len(facts.Facts) != 0 {
		t.Errorf("got %+v", facts)
	}
	b.mustDo(t, 200, "GET", "/v1/partners/contoso/facts?known_at=2026-03-01T10:29:59%2B01:00", "").decode(t, &facts)
	if len(facts.Facts) != 0 || facts.KnownAt.Format("15:04:05Z07:00") != "09:29:59Z" {
		t.Errorf("got %+v", facts)
	}
}

func TestRetraction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.mustDo(t, 201, "POST", "/v1/partners/contoso/facts",
		`{"facts":[{"kind":"membership","valid_from":"2026-01-01","source":"microsoft","body":null}]}`)
	if !strings.Contains(string(a.body), `"body":null`) || b.store.facts[0].Body != nil {
		t.Errorf("got %s, stored %+v", a.body, b.store.facts[0])
	}
}

func TestFactsOfAnUnknownPartner(t *testing.T) {
	t.Parallel()
	a := setup(t).mustDo(t, 200, "GET", "/v1/partners/nobody/facts", "")
	if !strings.Contains(string(a.body), `"facts":[]`) {
		t.Errorf("got %s", a.body)
	}
}

func TestPartnerIDs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// A caller that escapes what need not be escaped means the same partner.
	b.mustDo(t, 201, "POST", "/v1/partners/a%40b:c~1/facts", `{"facts":[`+revenue+`]}`)
	if b.store.of[0] != "a@b:c~1" {
		t.Errorf("recorded for %q", b.store.of[0])
	}
	for _, id := range []string{"a%20b", ".a", "a%252e", "a%2Fb", strings.Repeat("a", 129), "%C3%A9", "a%2540b"} {
		p := b.do(t, "GET", "/v1/partners/"+id+"/facts", "").problem(t)
		if p.Code != ProblemCodeInvalidParameter || *p.Errors[0].Parameter != "partner" {
			t.Errorf("%s: %+v", id, p)
		}
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	b := setup(t)
	record := func(status int, facts string) answer {
		t.Helper()
		return b.mustDo(t, status, "POST", "/v1/partners/contoso/facts", `{"facts":[`+facts+`]}`, "Idempotency-Key: k,1")
	}
	first := record(201, revenue)
	// The same content in other bytes is the same request.
	again := record(201, strings.ReplaceAll(strings.ReplaceAll(revenue, ",", " ,\n"), "1.10", "11e-1"))
	if string(again.body) != string(first.body) || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("got %v %s, then %v %s", first.header, first.body, again.header, again.body)
	}
	if p := record(409, strings.ReplaceAll(revenue, "1.10", "1.11")).problem(t); p.Code != ProblemCodeIdempotencyKeyReused {
		t.Errorf("got %+v", p)
	}
	if b.store.recordings["contoso k,1"].IdempotencyKey != "k,1" || len(b.store.facts) != 1 {
		t.Errorf("stored %+v", b.store.recordings)
	}
}

func TestPartnersPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"c", "a", "e", "b", "d"} {
		b.mustDo(t, 201, "POST", "/v1/partners/"+id+"/facts", `{"facts":[`+revenue+`]}`)
	}
	var seen, cursor string
	for range 3 {
		var page PartnerList
		b.mustDo(t, 200, "GET", "/v1/partners?limit=2"+cursor, "").decode(t, &page)
		for _, p := range page.Partners {
			seen += p.Id
		}
		if page.NextCursor == nil {
			seen += "."
			break
		}
		cursor = "&cursor=" + *page.NextCursor
	}
	if seen != "abcde." {
		t.Errorf("saw %s", seen)
	}
}
