package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkWritersBeside is what a decision takes over HTTP, with its log, for a caller
// that asks without a pause: alone, while an auditor pages through the log ten times a
// second or without a pause, and while another process verifies log and ledger over and
// over. The median times, in turns of one run.
func BenchmarkWritersBeside(b *testing.B) {
	file := filepath.Join(b.TempDir(), "assay.db")
	server := startProgram(b, file)
	defer server.kill(b)
	beside := []struct {
		name string
		run  func(ctx context.Context)
	}{
		{"alone", func(context.Context) {}},
		{"beside-10-pages/s", func(ctx context.Context) { page(ctx, server.url, time.Second/10) }},
		{"beside-pages", func(ctx context.Context) { page(ctx, server.url, 0) }},
		{"beside-verify", func(ctx context.Context) { verifyAgain(ctx, file) }},
	}
	write := func(n int) time.Duration {
		body := fmt.Sprintf(`{"program": "csp.direct_bill.enrollment", "as_of": "2024-06-15", "facts": [
			{"kind": "membership", "valid_from": "2022-01-01", "source": "microsoft", "body": {"status": "active"}},
			{"kind": "infrastructure", "valid_from": "2023-03-01", "source": "partner", "body": {"billing": "in_use", "provisioning": "in_use"}},
			{"kind": "revenue_report", "key": "2024-05", "valid_from": "2024-06-08", "source": "microsoft",
			 "body": {"window_start": "2023-06", "window_end": "2024-05", "usd_cents": %d, "level": "global", "published_on": "2024-06-08"}}]}`, 30_000_000+n)
		began := time.Now()
		if status, answer := post(server.url+"/v1/decisions", body, ""); status != http.StatusCreated {
			b.Fatalf("%d %s", status, answer)
		}
		return time.Since(began)
	}
	n := 0
	for range 200 {
		write(n)
		n++
	}
	times := make([][]time.Duration, len(beside))
	for turn := 0; b.Loop(); turn++ {
		i := turn % len(beside)
		ctx, stop := context.WithCancel(b.Context())
		var other sync.WaitGroup
		other.Go(func() { beside[i].run(ctx) })
		for range 200 {
			times[i] = append(times[i], write(n))
			n++
		}
		stop()
		other.Wait()
	}
	b.ReportMetric(0, "ns/op")
	for i, t := range times {
		if len(t) > 0 {
			slices.Sort(t)
			b.ReportMetric(float64(t[len(t)/2].Microseconds()), "µs-"+beside[i].name)
		}
	}
}

// page pages through what came out one way.
func page(ctx context.Context, url string, every time.Duration) {
	for ctx.Err() == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/decisions?program=csp.direct_bill.enrollment&requirement=revenue&status=met&limit=50", nil)
		if err != nil {
			return
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

// verifyAgain verifies the database in a process of its own, as nice as docs/ask-again.md
// says, until ctx ends.
func verifyAgain(ctx context.Context, file string) {
	self, err := os.Executable()
	if err != nil {
		return
	}
	for ctx.Err() == nil {
		for _, args := range [][]string{{"verify", "--db", file}, {"ledger", "verify", "--db", file}} {
			cmd := exec.CommandContext(ctx, "nice", append([]string{"-n", "19", self}, args...)...)
			cmd.Env = append(os.Environ(), asProgram+"=1")
			_ = cmd.Run()
		}
	}
}
