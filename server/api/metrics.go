package api

import (
	"context"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"assay/server/decision"
)

// metrics counts what happens, for Prometheus. Nothing in it names a partner.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	outcomes *prometheus.CounterVec
}

func newMetrics(revisions decision.Revisions, sealed Ledger, replays *decision.ReplayTally, sink func(context.Context) (decision.SinkStatus, error)) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "assay_http_request_duration_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5},
		}, []string{"method", "route", "status"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "assay_decisions_total", Help: "Decisions that were made and logged.",
		}, []string{"program", "outcome"}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, m.outcomes,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "assay_policies_degraded", Help: "1 while the policies on disk cannot serve and the last good ones go on.",
		}, func() float64 { return truth(len(revisions.Status().Problems) > 0) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "assay_policies_activated_timestamp_seconds", Help: "Since when the serving policies serve.",
		}, func() float64 { return float64(revisions.Status().ActivatedAt.UnixMilli()) / 1000 }),
		ledgerCollector{sealed},
		replayed("equal", func() int64 { return replays.Status().Equal }),
		replayed("differing", func() int64 { return replays.Status().Differing }),
	)
	if sink != nil {
		m.registry.MustRegister(sinkCollector(sink))
	}
	return m
}

// ledgerCollector reads the state of the ledger when somebody looks.
type ledgerCollector struct{ ledger Ledger }

var (
	ledgerSize = prometheus.NewDesc("assay_ledger_size", "Leaves that the newest checkpoint covers.", nil, nil)
	unsealed   = prometheus.NewDesc("assay_ledger_unsealed_rows", "Rows that are kept and not in the tree yet.", nil, nil)
	sealErrors = prometheus.NewDesc("assay_ledger_seal_errors_total", "How often sealing failed.", nil, nil)
)

func (c ledgerCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- ledgerSize
	descs <- unsealed
	descs <- sealErrors
}

func (c ledgerCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pingTimeout)
	defer cancel()
	status, err := c.ledger.Status(ctx)
	if err != nil {
		metrics <- prometheus.NewInvalidMetric(ledgerSize, err)
		return
	}
	metrics <- prometheus.MustNewConstMetric(ledgerSize, prometheus.GaugeValue, float64(status.Size))
	metrics <- prometheus.MustNewConstMetric(unsealed, prometheus.GaugeValue, float64(status.Unsealed))
	metrics <- prometheus.MustNewConstMetric(sealErrors, prometheus.CounterValue, float64(status.Failures))
}

// replayed counts the replays that came out so.
func replayed(result string, count func() int64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "assay_replays_total", Help: "Logged decisions that were asked again.", ConstLabels: prometheus.Labels{"result": result},
	}, func() float64 { return float64(count()) })
}

// sinkCollector reads how far the decision log has been taken when somebody looks.
type sinkCollector func(context.Context) (decision.SinkStatus, error)

var (
	sinkLag          = prometheus.NewDesc("assay_sink_lag_decisions", "Decisions that the sink has not acknowledged yet.", nil, nil)
	sinkAcknowledged = prometheus.NewDesc("assay_sink_acknowledged_timestamp_seconds", "When the sink last acknowledged decisions, 0 if never.", nil, nil)
	sinkFailing      = prometheus.NewDesc("assay_sink_failing", "1 while the decision log does not reach the sink.", nil, nil)
	sinkSent         = prometheus.NewDesc("assay_sink_decisions_total", "Decisions that the sink acknowledged.", nil, nil)
	sinkFailures     = prometheus.NewDesc("assay_sink_failures_total", "Tries to reach the sink that failed.", nil, nil)
)

func (c sinkCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sinkLag, sinkAcknowledged, sinkFailing, sinkSent, sinkFailures} {
		descs <- d
	}
}

func (c sinkCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pingTimeout)
	defer cancel()
	status, err := c(ctx)
	if err != nil {
		metrics <- prometheus.NewInvalidMetric(sinkLag, err)
		return
	}
	var acknowledged float64
	if !status.AcknowledgedAt.IsZero() {
		acknowledged = float64(status.AcknowledgedAt.UnixMilli()) / 1000
	}
	metrics <- prometheus.MustNewConstMetric(sinkLag, prometheus.GaugeValue, float64(status.Lag))
	metrics <- prometheus.MustNewConstMetric(sinkAcknowledged, prometheus.GaugeValue, acknowledged)
	metrics <- prometheus.MustNewConstMetric(sinkFailing, prometheus.GaugeValue, truth(status.Problem != ""))
	metrics <- prometheus.MustNewConstMetric(sinkSent, prometheus.CounterValue, float64(status.Sent))
	metrics <- prometheus.MustNewConstMetric(sinkFailures, prometheus.CounterValue, float64(status.Failures))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// observe times every request that has a route.
func (m *metrics) observe(now func() time.Time) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := now()
			err := next(c)
			if c.Path() != "" {
				m.requests.WithLabelValues(c.Request().Method, c.Path(), strconv.Itoa(c.Response().Status)).Observe(now().Sub(began).Seconds())
			}
			return err
		}
	}
}

func (m *metrics) decided(d decision.Decision) {
	m.outcomes.WithLabelValues(d.Program, string(d.Outcome)).Inc()
}

// register serves them where Prometheus looks for them.
func (m *metrics) register(e *echo.Echo) {
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})))
}
