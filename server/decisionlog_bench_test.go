package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/server/decision"
	"assay/server/demo"
)

// The benchmarks of the log run on made-up logs of these sizes, and keep them in a folder
// if one is named, because a million decisions take their time:
//
//	ASSAY_LOG_SIZES=10000,100000,1000000 ASSAY_LOG_DIR=/var/tmp/logs \
//	    go test ./server -run '^$' -bench BenchmarkSearch -timeout 2h
const (
	sizesVariable = "ASSAY_LOG_SIZES"
	dirVariable   = "ASSAY_LOG_DIR"
)

// benchPage is the page size of the HTTP API.
const benchPage = 50

// A made-up log lasts a year, however many decisions it has.
var (
	logBegins = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	logLasts  = 365 * 24 * time.Hour
)

// realResults are what the shipped policies say about the demonstration partners, by all
// programs, as of several days.
func realResults(t testing.TB) []decision.Decision {
	t.Helper()
	store, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "results.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	service := servedOnce(t, store)
	var results []decision.Decision
	ask := func(request decision.Request) {
		d, _, err := service.Decide(context.Background(), request)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, d)
	}
	today := time.Date(2025, 6, 15, 0, 0, 0, 0, time.UTC)
	for i, p := range demo.Partners(today) {
		if _, _, err := service.RecordFacts(t.Context(), p.ID, p.Facts, ""); err != nil {
			t.Fatal(err)
		}
		for _, program := range service.Revisions.Current().Programs() {
			if n := len(program.Actions); n > 0 {
				actor := &decision.Actor{ID: "anna@example.com", Roles: []string{"global_admin"}}
				ask(decision.Request{Program: program.Name, Partner: p.ID, AsOf: decision.DayOf(today), Action: program.Actions[i%n].ID, Actor: actor})
				continue
			}
			for _, back := range []int{0, 200} {
				ask(decision.Request{Program: program.Name, Partner: p.ID, AsOf: decision.DayOf(today.AddDate(0, 0, -back))})
			}
		}
	}
	return results
}

// makeLog fills a new database with n decisions: real results, about made-up partners of
// whom each has a hundred decisions, asked for by made-up callers.
func makeLog(t testing.TB, file string, n int) {
	t.Helper()
	store, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var revisions []string
	for i := range 10 {
		revisions = append(revisions, decision.Digest([]byte{byte(i)}))
		at := logBegins.Add(time.Duration(i) * logLasts / 10)
		if _, err := store.Activate(t.Context(), decision.Activation{Revision: revisions[i], At: at}, map[string][]byte{"a.rego": {byte(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	results := realResults(t)
	random := rand.New(rand.NewPCG(20261122, 5))
	batch := make([]decision.Decision, 0, 5000)
	for i := range n {
		d := results[random.IntN(len(results))]
		d.ID = newID()
		d.Partner = fmt.Sprintf("partner-%06d", random.IntN(max(n/100, 1)))
		d.Revision = revisions[i*len(revisions)/n]
		d.DecidedAt = logBegins.Add(time.Duration(i) * (logLasts / time.Duration(n)))
		d.KnownAt, d.Position = d.DecidedAt, 0
		d.AsOf = decision.DayOf(d.DecidedAt.AddDate(0, 0, -random.IntN(20)))
		d.Caller = []string{"", "crm", "portal", "batch"}[random.IntN(4)]
		d.RequestID = newID()
		if i%2 == 0 {
			d.TraceID = strings.ReplaceAll(newID(), "-", "")
		}
		if batch = append(batch, d); len(batch) == cap(batch) || i == n-1 {
			if err := store.AppendAll(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			batch = batch[:0]
		}
	}
}

// benchLogs are the made-up logs to measure, by their size.
func benchLogs(b *testing.B) (files []string, sizes []int) {
	b.Helper()
	dir := cmp.Or(os.Getenv(dirVariable), b.TempDir())
	for _, text := range strings.Split(cmp.Or(os.Getenv(sizesVariable), "10000"), ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatalf("%s: %v", sizesVariable, err)
		}
		file := filepath.Join(dir, fmt.Sprintf("log-%d.db", n))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			began := time.Now()
			makeLog(b, file+".part", n)
			if err := os.Rename(file+".part", file); err != nil {
				b.Fatal(err)
			}
			b.Logf("%d decisions were made in %v", n, time.Since(began).Round(time.Second))
		}
		files, sizes = append(files, file), append(sizes, n)
	}
	return files, sizes
}

// BenchmarkSearch is a page of each filter alone and of the likely pairs, the first one
// and the thousandth (or the last full one), of logs of all sizes: the median time.
func BenchmarkSearch(b *testing.B) {
	files, sizes := benchLogs(b)
	for i, file := range files {
		store, err := db.OpenReadOnly(b.Context(), file)
		if err != nil {
			b.Fatal(err)
		}
		searches := likelySearches(b, store)
		for _, name := range slices.Sorted(maps.Keys(searches)) {
			q := searches[name]
			q.Limit = benchPage
			b.Run(fmt.Sprintf("n=%d/%s/first", sizes[i], name), func(b *testing.B) { timePages(b, store, q) })
			if q.After = thousandth(b, store, q); q.After != 0 {
				b.Run(fmt.Sprintf("n=%d/%s/thousandth", sizes[i], name), func(b *testing.B) { timePages(b, store, q) })
			}
		}
		b.Run(fmt.Sprintf("n=%d/stats", sizes[i]), func(b *testing.B) {
			median(b, func() {
				if _, err := store.Tally(b.Context(), decision.TallyQuery{}); err != nil {
					b.Fatal(err)
				}
			})
			info, err := os.Stat(file)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(info.Size())/float64(sizes[i]), "bytes/decision")
		})
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// likelySearches are of values that the log has, in its middle.
func likelySearches(b *testing.B, store *db.DB) map[string]decision.DecisionQuery {
	b.Helper()
	due := true
	middle := logBegins.Add(logLasts / 2)
	some, err := store.Decisions(b.Context(), decision.DecisionQuery{DecidedFrom: middle, Limit: 100, OldestFirst: true, Caller: "crm"})
	if err != nil || len(some) == 0 {
		b.Fatal(len(some), err)
	}
	traced := some[slices.IndexFunc(some, func(d decision.LoggedDecision) bool { return d.TraceID != "" })]
	d := some[0]
	month := []decision.Day{decision.DayOf(middle), decision.DayOf(middle.AddDate(0, 1, 0))}
	return map[string]decision.DecisionQuery{
		"none":            {},
		"oldest":          {OldestFirst: true},
		"partner":         {Partner: d.Partner},
		"program":         {Program: enrollment},
		"outcome":         {Outcome: decision.NotEligible},
		"requirement":     {Requirement: "revenue"},
		"status":          {Status: decision.NotMet},
		"due":             {Due: &due},
		"reason":          {Reason: "not_met"},
		"revision":        {Revision: d.Revision},
		"caller":          {Caller: "crm"},
		"request_id":      {RequestID: d.RequestID},
		"trace_id":        {TraceID: traced.TraceID},
		"action":          {Action: "purchase_support_plan"},
		"as_of":           {AsOfFrom: month[0], AsOfTo: month[1]},
		"decided":         {DecidedFrom: middle, DecidedTo: middle.AddDate(0, 1, 0)},
		"partner+program": {Partner: d.Partner, Program: enrollment},
		"program+outcome": {Program: enrollment, Outcome: decision.NotEligible},
		"requirement+status+decided": {
			Requirement: "revenue", Status: decision.NotMet, DecidedFrom: middle, DecidedTo: middle.AddDate(0, 1, 0),
		},
		"program+as_of":    {Program: enrollment, AsOfFrom: month[0], AsOfTo: month[1]},
		"revision+outcome": {Revision: d.Revision, Outcome: decision.NotEligible},
	}
}

// thousandth is where page 999 ends, or the last but one if there are fewer; 0 if there is
// a single page.
func thousandth(b *testing.B, store *db.DB, q decision.DecisionQuery) int64 {
	b.Helper()
	var seqs []int64
	q.Limit = 1000 * benchPage
	for d, err := range decision.Walk(b.Context(), store, q) {
		if err != nil {
			b.Fatal(err)
		}
		seqs = append(seqs, d.Seq)
	}
	if len(seqs) < 2*benchPage {
		return 0
	}
	return seqs[len(seqs)-benchPage-1]
}

func timePages(b *testing.B, store *db.DB, q decision.DecisionQuery) {
	median(b, func() {
		page, err := store.Decisions(b.Context(), q)
		if err != nil || len(page) == 0 {
			b.Fatal(len(page), err)
		}
		b.ReportMetric(float64(len(page)), "rows")
	})
}

// median reports the median time in place of the mean, which other work on the machine
// moves about.
func median(b *testing.B, f func()) {
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		f()
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "µs")
}

// BenchmarkAppend is what logging a decision takes, alone and while somebody searches and
// counts without a pause: the median times, in turns of one run.
func BenchmarkAppend(b *testing.B) {
	file := filepath.Join(b.TempDir(), "assay.db")
	makeLog(b, file, 2000)
	store, err := db.Open(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	last, err := store.Decisions(b.Context(), decision.DecisionQuery{Limit: benchPage})
	if err != nil {
		b.Fatal(err)
	}
	searches := slices.Collect(maps.Values(likelySearches(b, store)))
	times := make(map[bool][]time.Duration)
	for turn := 0; b.Loop(); turn++ {
		ctx, stop := context.WithCancel(b.Context())
		var searching sync.WaitGroup
		beside := turn%2 == 1
		if beside {
			searching.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					q := searches[i%len(searches)]
					q.Limit = benchPage
					_, searchErr := store.Decisions(ctx, q)
					_, tallyErr := store.Tally(ctx, decision.TallyQuery{})
					if err := errors.Join(searchErr, tallyErr); err != nil && ctx.Err() == nil {
						b.Error(err)
					}
				}
			})
		}
		for i := range 100 {
			d := last[i%len(last)].Decision
			d.ID, d.RequestID, d.DecidedAt = newID(), newID(), time.Now()
			began := time.Now()
			if _, err := store.Append(b.Context(), d); err != nil {
				b.Fatal(err)
			}
			times[beside] = append(times[beside], time.Since(began))
		}
		stop()
		searching.Wait()
	}
	b.ReportMetric(0, "ns/op")
	for beside, name := range map[bool]string{false: "µs-alone", true: "µs-beside-searches"} {
		if t := times[beside]; len(t) > 0 {
			slices.Sort(t)
			b.ReportMetric(float64(t[len(t)/2].Microseconds()), name)
		}
	}
}
