package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/server/api"
	"assay/server/decision"
	"assay/server/demo"
	"assay/server/impact"
)

// newBenchmark is the service on the shipped policies and a database on disk.
func newBenchmark(b *testing.B) (*decision.Service, *db.DB) {
	b.Helper()
	store, err := db.Open(b.Context(), filepath.Join(b.TempDir(), "assay.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	return newService(b, store), store
}

// BenchmarkDecide is a decision with its log entry, on facts given and on facts
// stored; http adds decoding, validation and the sentences. Compare with
// BenchmarkEvaluate in package policy, which is evaluation alone.
func BenchmarkDecide(b *testing.B) {
	service, store := newBenchmark(b)
	partner := demo.Partners(time.Now())[0]
	if _, _, err := service.RecordFacts(b.Context(), partner.ID, partner.Facts, ""); err != nil {
		b.Fatal(err)
	}
	given := partner.Facts
	decide := func(b *testing.B, request decision.Request) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := service.Decide(context.Background(), request); err != nil {
				b.Fatal(err)
			}
		}
	}
	const program = "csp.direct_bill.enrollment"
	b.Run("given", func(b *testing.B) { decide(b, decision.Request{Program: program, Given: given}) })
	b.Run("stored", func(b *testing.B) { decide(b, decision.Request{Program: program, Partner: partner.ID}) })

	handler := api.New(api.Config{Service: service, Ping: store.Ping})
	post := func(b *testing.B, body []byte) {
		b.ReportAllocs()
		for b.Loop() {
			request := httptest.NewRequest(http.MethodPost, "/v1/decisions", bytes.NewReader(body))
			request.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != http.StatusCreated {
				b.Fatal(answer.Body)
			}
		}
	}
	b.Run("http-given", func(b *testing.B) { post(b, requestBody(b, program, given)) })
	b.Run("http-stored", func(b *testing.B) {
		post(b, fmt.Appendf(nil, `{"program": %q, "partner": %q}`, program, partner.ID))
	})
}

func requestBody(b *testing.B, program string, facts []decision.Fact) []byte {
	b.Helper()
	type fact struct {
		Kind      string          `json:"kind"`
		Key       string          `json:"key,omitempty"`
		Source    string          `json:"source"`
		ValidFrom decision.Day    `json:"valid_from"`
		Body      json.RawMessage `json:"body"`
	}
	list := make([]fact, len(facts))
	for i, f := range facts {
		list[i] = fact{f.Kind, f.Key, f.Source, f.ValidFrom, f.Body}
	}
	body, err := json.Marshal(map[string]any{"program": program, "facts": list})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// BenchmarkImpact is measuring a change over stored partners, per partner, beside the
// evaluations alone that it is made of: two per partner, on all processors.
func BenchmarkImpact(b *testing.B) {
	const n = 200
	file := populate(b, n)
	candidate, err := loadPolicies(b.Context(), []string{changedPolicies(b, raised...)})
	if err != nil {
		b.Fatal(err)
	}
	live, err := loadPolicies(b.Context(), []string{shippedPolicies})
	if err != nil {
		b.Fatal(err)
	}
	store, err := db.OpenReadOnly(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	perPartner := func(b *testing.B) {
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "partners/s")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("impact", func(b *testing.B) {
		for b.Loop() {
			run, err := newRun(b.Context(), live, candidate)
			if err != nil {
				b.Fatal(err)
			}
			partners, err := impact.Partners(b.Context(), store, impactDay, []string{enrollment})
			if err != nil {
				b.Fatal(err)
			}
			run.Populations = []impact.Population{partners}
			summary, err := run.Write(b.Context(), impact.NewCSV(io.Discard))
			if err != nil || summary.Sections[0].Turned != fallOut {
				b.Fatal(summary, err)
			}
		}
		perPartner(b)
	})
	b.Run("evaluation", func(b *testing.B) {
		question := decision.Question{Program: enrollment, AsOf: impactDay}
		var all []decision.Facts
		for i := range n {
			stored := partnerWith(int64(oldMinimum+i), "in_use", "active")
			all = append(all, decision.Select(stored, impactDay))
		}
		for b.Loop() {
			var running sync.WaitGroup
			for worker := range runtime.GOMAXPROCS(0) {
				running.Go(func() {
					for i := worker; i < n; i += runtime.GOMAXPROCS(0) {
						for _, revision := range []decision.Revision{live, candidate} {
							if _, err := revision.Evaluate(context.Background(), question, all[i]); err != nil {
								b.Error(err)
							}
						}
					}
				})
			}
			running.Wait()
		}
		perPartner(b)
	})
}
