package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"assay/db"
	"assay/server/decision"
	"assay/server/ledger"
)

// BenchmarkSealing is appending a decision to the log, alone and while everything that is
// appended is sealed beside it, and verifying all that came about.
func BenchmarkSealing(b *testing.B) {
	ctx := context.Background()
	path := filepath.Join(b.TempDir(), "assay.db")
	store, err := db.Open(ctx, path)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	decided, _, err := newService(b, store).Decide(ctx, decision.Request{Program: enrollment, Given: []decision.Fact{{
		ID: "/facts/0", Kind: "membership", Source: "microsoft", ValidFrom: "2026-01-01", Body: []byte(`{"status":"active"}`),
	}}})
	if err != nil {
		b.Fatal(err)
	}
	key, err := ledger.MakeKey(path + ".key")
	if err != nil {
		b.Fatal(err)
	}
	log, err := ledger.Open(ctx, store.Ledger(), key, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	id := 0
	appends := func(b *testing.B) {
		for b.Loop() {
			id++
			next := decided
			next.ID, next.Partner = fmt.Sprintf("d-%d", id), fmt.Sprintf("partner-%d", id%1000)
			if _, err := store.Append(ctx, next); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("append", appends)
	if err := log.SealAll(ctx); err != nil {
		b.Fatal(err)
	}
	b.Run("append-sealed", func(b *testing.B) {
		running, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			log.Run(running, discard)
		}()
		appends(b)
		cancel()
		<-done
	})
	if err := log.SealAll(ctx); err != nil {
		b.Fatal(err)
	}
	b.Run("verify", func(b *testing.B) {
		leaves := int64(0)
		for b.Loop() {
			verdict, err := log.Verify(ctx, ledger.Verification{Found: func(f ledger.Finding) { b.Error(f) }})
			if err != nil {
				b.Fatal(err)
			}
			leaves += verdict.Size
		}
		b.ReportMetric(float64(leaves)/b.Elapsed().Seconds(), "leaves/s")
		b.ReportMetric(0, "ns/op")
	})
}
