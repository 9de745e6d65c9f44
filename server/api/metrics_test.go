package api

import (
	"strings"
	"testing"

	"assay/server/decision"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustDo(t, 201, "POST", "/v1/decisions", decide)
	b.mustDo(t, 404, "GET", "/v1/decisions/none", "")
	read := func() string { return string(b.do(t, "GET", "/metrics", "").body) }
	for _, want := range []string{
		`assay_decisions_total{outcome="not_eligible",program="csp.direct_bill.enrollment"} 1`,
		`assay_http_request_duration_seconds_count{method="POST",route="/v1/decisions",status="201"} 1`,
		`assay_http_request_duration_seconds_count{method="GET",route="/v1/decisions/:decision_id",status="404"} 1`,
		"assay_policies_degraded 0",
	} {
		if got := read(); !strings.Contains(got, want+"\n") {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	b.revisions.status.Problems = []decision.PolicyProblem{{Message: "no good"}}
	if got := read(); !strings.Contains(got, "assay_policies_degraded 1\n") {
		t.Errorf("not degraded:\n%s", got)
	}
}
