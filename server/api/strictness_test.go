package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"assay/server/decision"
	"assay/server/ledger"
)

func TestBadBodies(t *testing.T) {
	t.Parallel()
	fact := func(change string) string {
		return `{"facts":[{"kind":"membership","valid_from":"2026-01-01","source":"microsoft","body":{}},` + change + `]}`
	}
	for _, c := range []struct {
		name, body string
		code       ProblemCode
		pointer    string
		detail     string
	}{
		{"missing", "", ProblemCodeInvalidJson, "", "the body is missing"},
		{"truncated", `{"facts":[`, ProblemCodeInvalidJson, "/facts", "ends too early"},
		{"duplicate key", `{"facts":[],"facts":[]}`, ProblemCodeInvalidJson, "/facts", "twice"},
		{"trailing bytes", `{"facts":[]} x`, ProblemCodeInvalidJson, "", "more after"},
		{"not UTF-8", "{\"facts\":\"\xff\"}", ProblemCodeInvalidJson, "/facts", "UTF-8"},
		{"huge exponent", fact(`{"body":{"n":1e1000000000}}`), ProblemCodeInvalidJson, "/facts/1/body/n", "exponent"},
		{"unknown field", `{"fact":[]}`, ProblemCodeInvalidRequest, "/fact", `unknown field "fact"; did you mean "facts"?`},
		{"misspelt field", fact(`{"kind":"membership","valid_from":"2026-01-01","sorce":"microsoft","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/sorce", `did you mean "source"?`},
		{"other case", fact(`{"Kind":"membership","valid_from":"2026-01-01","source":"microsoft","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/Kind", `did you mean "kind"?`},
		{"missing field", fact(`{"kind":"membership","source":"microsoft","body":{}}`), ProblemCodeInvalidRequest, "/facts/1", `missing field "valid_from"`},
		{"missing body is no retraction", fact(`{"kind":"membership","source":"microsoft","valid_from":"2026-01-01"}`), ProblemCodeInvalidRequest, "/facts/1", `missing field "body"`},
		{"source", fact(`{"kind":"membership","valid_from":"2026-01-01","source":"SECRET","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/source", "must be one of microsoft, assessor, registry, partner"},
		{"body of the wrong type", fact(`{"kind":"membership","valid_from":"2026-01-01","source":"partner","body":"SECRET"}`), ProblemCodeInvalidRequest, "/facts/1/body", "must be null or an object"},
		{"no such day", fact(`{"kind":"membership","valid_from":"2026-02-30","source":"partner","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/valid_from", "must be a day, YYYY-MM-DD"},
		{"year 999", fact(`{"kind":"membership","valid_from":"0999-01-01","source":"partner","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/valid_from", "must be a day"},
		{"kind", fact(`{"kind":"SECRET!","valid_from":"2026-01-01","source":"partner","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/kind", "must be a code of small letters"},
		{"key", fact(`{"kind":"membership","key":"","valid_from":"2026-01-01","source":"partner","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/key", "must not be empty"},
		{"end before beginning", fact(`{"kind":"membership","valid_from":"2026-01-01","valid_to":"2026-01-01","source":"partner","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/valid_to", "must be after valid_from"},
		{"kind that the policies do not know", fact(`{"kind":"mood","valid_from":"2026-01-01","source":"partner","body":{}}`), ProblemCodeInvalidRequest, "/facts/1/kind", "no such kind"},
		{"none", `{"facts":[]}`, ProblemCodeInvalidRequest, "/facts", "must have at least 1"},
		{"too many", `{"facts":[` + strings.Repeat("0,", 1000) + `0]}`, ProblemCodeInvalidRequest, "/facts", "must have at most 1000"},
		{"a list", `[]`, ProblemCodeInvalidRequest, "", "must be an object"},
		{"a number", `{"facts":7}`, ProblemCodeInvalidRequest, "/facts", "must be a list, is a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			a := b.do(t, "POST", "/v1/partners/contoso/facts", c.body, "Content-Type: application/json")
			p := a.problem(t)
			if p.Code != c.code || !strings.Contains(string(a.body), jsonText(c.detail)) {
				t.Errorf("got %s", a.body)
			}
			if len(p.Errors) > 0 && !slices.ContainsFunc(p.Errors, func(e ProblemPlace) bool { return *e.Pointer == c.pointer }) {
				t.Errorf("%q is not among %s", c.pointer, a.body)
			}
			if strings.Contains(string(a.body), "SECRET") || strings.Contains(b.logs.String(), "SECRET") || len(b.store.facts) > 0 {
				t.Errorf("a value leaks or was stored: %s", a.body)
			}
		})
	}
}

// jsonText is s as it stands in a JSON document.
func jsonText(s string) string {
	quoted, _ := json.Marshal(s)
	return string(quoted[1 : len(quoted)-1])
}

func TestManyErrors(t *testing.T) {
	t.Parallel()
	a := setup(t).do(t, "POST", "/v1/partners/contoso/facts", `{"facts":[`+strings.Repeat("{},", 20)+`{}]}`)
	p := a.problem(t)
	if len(p.Errors) != maxPlaces || *p.Errors[0].Pointer != "/facts/0" || *p.Errors[12].Pointer != "/facts/3" || !strings.HasSuffix(*p.Detail, "(and 83 more)") {
		t.Errorf("got %s", a.body)
	}
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct{ path, parameter, detail string }{
		{"/v1/decisions?limt=5", "limt", `did you mean \"limit\"?`},
		{"/v1/decisions?limit=5&limit=6", "limit", "more than once"},
		{"/v1/decisions?limit=0", "limit", "at least 1"},
		{"/v1/decisions?limit=201", "limit", "at most 200"},
		{"/v1/decisions?limit=", "limit", "a whole number"},
		{"/v1/decisions?limit=1e2", "limit", "a whole number"},
		{"/v1/decisions?limit=99999999999999999999", "limit", "a whole number"},
		{"/v1/decisions?decided_from=yesterday", "decided_from", "an instant"},
		{"/v1/decisions?decided_from=2026-01-01T00:00:00,5Z", "decided_from", "an instant"},
		{"/v1/decisions?decided_from=0001-01-01T00:00:00Z", "decided_from", "an instant"},
		{"/v1/decisions?decided_from=2026-01-02T00:00:00Z&decided_to=2026-01-02T00:00:00Z", "decided_to", "after decided_from"},
		{"/v1/decisions?outcome=Not%20eligible", "outcome", "not_eligible"},
		{"/v1/decisions?program=a..b", "program", "names joined by dots"},
		{"/v1/decisions?partner=", "partner", "must not be empty"},
		{"/v1/decisions/!", "decision_id", "the id of a decision"},
		{"/v1/partners/contoso/facts?as_of=2026-13-01", "as_of", "a day"},
		{"/v1/partners/contoso/facts?known_at=2027-01-01T00:00:00Z", "known_at", "in the future"},
		{"/v1/programs?x=1", "x", "unknown parameter"},
		{"/health?x", "x", "unknown parameter"},
		{"/v1/programs/a-b", "program", "names joined by dots"},
	} {
		a := b.do(t, "GET", c.path, "")
		p := a.problem(t)
		if a.status != 400 || p.Code != ProblemCodeInvalidParameter || *p.Errors[0].Parameter != c.parameter || !strings.Contains(string(a.body), c.detail) {
			t.Errorf("%s: %s", c.path, a.body)
		}
	}
	if a := b.do(t, "GET", "/v1/decisions?a=%zz", ""); a.problem(t).Code != ProblemCodeInvalidParameter {
		t.Errorf("got %s", a.body)
	}
	for _, headers := range [][]string{{"Idempotency-Key: "}, {"Idempotency-Key: a b"}, {"Idempotency-Key: a", "Idempotency-Key: b"}, {"Idempotency-Key: " + strings.Repeat("k", 256)}} {
		if p := b.do(t, "POST", "/v1/partners/contoso/facts", `{"facts":[`+revenue+`]}`, headers...).problem(t); p.Code != ProblemCodeInvalidParameter {
			t.Errorf("%q: %+v", headers, p)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide, "Content-Type: application/json; charset=UTF-8", "Content-Encoding: identity")
	for _, headers := range [][]string{
		{"Content-Type: text/plain"}, {"Content-Type: "}, {"Content-Type: application/json; charset=latin1"}, {"Content-Type: application/jsonx"},
		{"Content-Encoding: gzip"},
	} {
		a := b.do(t, "POST", "/v1/decisions", decide, headers...)
		if a.status != 415 || a.problem(t).Code != ProblemCodeUnsupportedMediaType {
			t.Errorf("%q: %s", headers, a.body)
		}
	}
}

func TestRouting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.mustDo(t, 405, "DELETE", "/v1/decisions", "")
	if a.problem(t).Code != ProblemCodeMethodNotAllowed || !strings.Contains(a.header.Get("Allow"), "POST") {
		t.Errorf("got %v %s", a.header, a.body)
	}
	for _, path := range []string{"/v2", "/v1/decisions/", "/v1/partners//facts/x", "/health/x"} {
		if a := b.mustDo(t, 404, "GET", path, ""); a.problem(t).Code != ProblemCodeRouteNotFound {
			t.Errorf("%s: %s", path, a.body)
		}
	}
}

// Every code of the document is produced here by a request, and no other.
func TestEveryProblemCode(t *testing.T) {
	t.Parallel()
	post := func(body string, headers ...string) func(*testing.T, *bench) answer {
		return func(t *testing.T, b *bench) answer { return b.do(t, "POST", "/v1/decisions", body, headers...) }
	}
	get := func(path string) func(*testing.T, *bench) answer {
		return func(t *testing.T, b *bench) answer { return b.do(t, "GET", path, "") }
	}
	fails := func(err error) func(*testing.T, *bench) answer {
		return func(t *testing.T, b *bench) answer {
			b.revision.evaluate = func() ([]byte, error) { return nil, err }
			return b.do(t, "POST", "/v1/decisions", decide)
		}
	}
	cases := map[ProblemCode]struct {
		status  int
		produce func(*testing.T, *bench) answer
	}{
		ProblemCodeInvalidJson:      {400, post(`{`)},
		ProblemCodeInvalidParameter: {400, get("/v1/partners?limit=x")},
		ProblemCodeRouteNotFound:    {404, get("/nothing")},
		ProblemCodeProgramNotFound:  {404, post(`{"program":"no.such","partner":"contoso"}`)},
		ProblemCodePartnerNotFound:  {404, post(`{"program":"csp.direct_bill.enrollment","partner":"contosso"}`)},
		ProblemCodeDecisionNotFound: {404, get("/v1/decisions/none")},
		ProblemCodeRevisionNotFound: {404, get("/v1/revisions/" + refused)},
		ProblemCodeFileNotFound: {404, func(t *testing.T, b *bench) answer {
			return b.do(t, "GET", "/v1/revisions/"+b.served(one)+"/file?path=b.rego", "")
		}},
		ProblemCodePoliciesRefused: {422, func(t *testing.T, b *bench) answer {
			return b.do(t, "POST", "/v1/revisions/"+refused+"/activations", `{"by":"ada"}`)
		}},
		ProblemCodeNotAcceptable:        {406, func(t *testing.T, b *bench) answer { return b.do(t, "GET", "/v1/decisions", "", "Accept: image/png") }},
		ProblemCodeMethodNotAllowed:     {405, func(t *testing.T, b *bench) answer { return b.do(t, "PUT", "/health", "") }},
		ProblemCodeBodyTooLarge:         {413, post(`{"program":"` + strings.Repeat("a", 5000) + `"}`)},
		ProblemCodeUnsupportedMediaType: {415, post(decide, "Content-Type: text/json")},
		ProblemCodeInvalidRequest:       {422, post(`{"program":"csp.direct_bill.enrollment"}`)},
		ProblemCodeInternalError:        {500, fails(errors.New("SECRET"))},
		ProblemCodeTimeout:              {503, fails(fmt.Errorf("evaluate: %w", context.DeadlineExceeded))},
		ProblemCodeStoreUnavailable: {503, func(t *testing.T, b *bench) answer {
			b.pingErr = errors.New("SECRET")
			return b.do(t, "GET", "/health", "")
		}},
		ProblemCodeNoPolicies: {503, func(t *testing.T, b *bench) answer {
			b.revisions.status = decision.PolicyStatus{}
			return b.do(t, "GET", "/health/ready", "")
		}},
		ProblemCodeTileNotFound: {404, get("/v1/ledger/tile/0/0")},
		ProblemCodeNotSealedYet: {404, func(t *testing.T, b *bench) answer {
			b.ledger.err = ledger.ErrNotSealed
			return b.do(t, "GET", "/v1/ledger/checkpoint", "")
		}},
		ProblemCodeReportNotFound: {404, func(t *testing.T, b *bench) answer {
			return b.do(t, "POST", "/v1/reports/"+refused+"/accept", `{"by":"ada"}`)
		}},
		ProblemCodeCandidateChanged: {409, func(t *testing.T, b *bench) answer {
			b.revisions.status.Waiting = &decision.Waiting{Revision: refused, Report: one}
			return b.do(t, "POST", "/v1/reports/"+one+"/accept", `{"by":"ada"}`)
		}},
		ProblemCodeReplayDiffers: {409, func(t *testing.T, b *bench) answer {
			b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: a")
			b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: b")
			b.store.decisions[1].Outcome = "eligible"
			return b.do(t, "GET", "/v1/decisions/id-1/diff/id-2", "")
		}},
		ProblemCodeRemoved: {410, func(t *testing.T, b *bench) answer {
			b.store.removed = "gone"
			return b.do(t, "GET", "/v1/decisions/gone", "")
		}},
		ProblemCodeErased: {409, func(t *testing.T, b *bench) answer {
			b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: a")
			b.mustDo(t, 201, "POST", "/v1/decisions", decide, "X-Request-ID: b")
			b.store.decisions[1].FactsDigest = decision.ErasedDigest
			return b.do(t, "GET", "/v1/decisions/id-1/diff/id-2", "")
		}},
		ProblemCodeIdempotencyKeyReused: {409, func(t *testing.T, b *bench) answer {
			b.mustDo(t, 201, "POST", "/v1/partners/a/facts", `{"facts":[`+revenue+`]}`, "Idempotency-Key: k")
			return b.do(t, "POST", "/v1/partners/a/facts", `{"facts":[`+revenue+`,`+revenue+`]}`, "Idempotency-Key: k")
		}},
	}
	var documented []string
	for _, code := range object(mustContract(document).at("/components/schemas/Problem/properties/code"))["enum"].([]any) {
		documented = append(documented, code.(string))
	}
	for _, code := range documented {
		c, found := cases[ProblemCode(code)]
		if !found {
			t.Errorf("%s is documented, but nothing here produces it", code)
			continue
		}
		a := c.produce(t, setup(t))
		if p := a.problem(t); string(p.Code) != code || a.status != c.status {
			t.Errorf("%s: got %d %s", code, a.status, a.body)
		}
		if strings.Contains(string(a.body), "SECRET") {
			t.Errorf("an internal error leaks: %s", a.body)
		}
	}
	if len(documented) != len(failures) {
		t.Errorf("the document lists %d codes, problem.go %d: %v", len(documented), len(failures), slices.Sorted(maps.Keys(failures)))
	}
}
