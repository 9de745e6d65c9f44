package policy_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/demo"
	"assay/server/policy"
)

// BenchmarkGate is the time from a saved file to a revision that may serve.
func BenchmarkGate(b *testing.B) {
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := policy.Load(b.Context(), tree); err != nil {
				b.Fatal(err)
			}
		}
	})
	revision, err := policy.Load(b.Context(), tree)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("test", func(b *testing.B) {
		for b.Loop() {
			if _, err := revision.Test(b.Context(), false); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if _, err := policy.Gate(b.Context(), tree); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEvaluate is evaluation alone: from facts to the bytes of the result.
func BenchmarkEvaluate(b *testing.B) {
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		b.Fatal(err)
	}
	revision, err := policy.Load(b.Context(), tree)
	if err != nil {
		b.Fatal(err)
	}
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, p := range demo.Partners(day) {
		for i := range p.Facts {
			p.Facts[i].ID = strconv.Itoa(i)
		}
		facts := decision.Select(p.Facts, decision.DayOf(day))
		question := decision.Question{Program: "csp.direct_bill.enrollment", AsOf: decision.DayOf(day)}
		b.Run(p.ID, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := revision.Evaluate(b.Context(), question, facts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
