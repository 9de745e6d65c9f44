package api

import (
	"net/http"
	"testing"
)

// Whatever is sent, the answer is a decision or a problem that is the caller's
// fault. (The reference implementation of OpenAPI is too slow to be asked here.)
func FuzzCreateDecision(f *testing.F) {
	f.Add([]byte(decide))
	f.Add([]byte(`{"program":"csp.direct_bill.enrollment","partner":"contoso","as_of":"2026-01-01","known_at":"2026-01-01T00:00:00+14:00"}`))
	f.Add([]byte(`{"program":"a.b","facts":[{"kind":"membership","key":"k","valid_from":"1000-01-01","valid_to":"9999-12-31","source":"partner","body":null}]}`))
	f.Add([]byte(`{"program":"a","facts":[{}],"x":1e999}`))
	b := setup(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		_, a := b.send(http.MethodPost, "/v1/decisions", string(body), "Content-Type: application/json")
		b.logs.Reset()
		b.store.decisions = nil
		if a.status == http.StatusCreated {
			var d Decision
			a.decode(t, &d)
			return
		}
		if a.problem(t); a.status >= 500 {
			t.Fatalf("%d for %q: %s", a.status, body, a.body)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{Filters: filtersDigest("partners"), After: "contoso"}.String())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(&text, filtersDigest("partners"))
		if err == nil && c.String() != text {
			t.Fatalf("%q reads as %+v", text, c)
		}
	})
}
