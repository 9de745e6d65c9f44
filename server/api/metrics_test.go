package api

import (
	"context"
	"strings"
	"testing"
	"time"

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

// How far the log has been taken elsewhere is in the status and in the metrics.
func TestSink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if a := b.mustDo(t, 200, "GET", "/v1/status", ""); strings.Contains(string(a.body), "sink") {
		t.Errorf("there is no sink: %s", a.body)
	}
	now := decision.SinkStatus{Name: "https://logs.example", Position: 7, Sent: 7}
	b.echo = newEcho(Config{
		Service: &decision.Service{Revisions: b.revisions, Store: b.store, Now: func() time.Time { return b.now }, NewID: func() string { return "id" }},
		Ping:    func(context.Context) error { return nil },
		Ledger:  fakeLedger{b},
		Sink:    func(context.Context) (decision.SinkStatus, error) { return now, nil },
	})
	check := func(state PolicyStatusState, metrics ...string) {
		t.Helper()
		var status PolicyStatus
		b.mustDo(t, 200, "GET", "/v1/status", "").decode(t, &status)
		if status.State != state || status.Sink == nil || status.Sink.Position != 7 || (status.Sink.Problem != nil) != (now.Problem != "") {
			t.Errorf("%+v, %+v", status, status.Sink)
		}
		got := string(b.do(t, "GET", "/metrics", "").body)
		for _, want := range metrics {
			if !strings.Contains(got, want+"\n") {
				t.Errorf("no %s in\n%s", want, got)
			}
		}
	}
	check(PolicyStatusStateOk, "assay_sink_lag_decisions 0", "assay_sink_failing 0", "assay_sink_acknowledged_timestamp_seconds 0", "assay_sink_decisions_total 7")
	now.AcknowledgedAt, now.Lag, now.Problem, now.Since, now.Failures = b.now, 3, "the sink answered 403 Forbidden", b.now, 2
	check(PolicyStatusStateDegraded, "assay_sink_lag_decisions 3", "assay_sink_failing 1", "assay_sink_failures_total 2", "assay_sink_acknowledged_timestamp_seconds 1.7723574e+09")
}
