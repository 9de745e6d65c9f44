package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

func TestFactsComeBackAsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		facts := []decision.Fact{
			status("active"),
			{Kind: "location", Key: "it-1", Source: "partner", ValidFrom: "2025-01-01", ValidTo: "2026-01-01",
				Body: []byte(`{"n":12345678901234567890.10,"name":"Città 東京 \"x\""}`)},
		}
		recorded := record(t, db, "p", noon.Add(123456789*time.Nanosecond), facts...)
		for i := range facts {
			facts[i].ID = fmt.Sprintf("fact-%d", i+1)
			facts[i].RecordedAt = noon.Add(123456 * time.Microsecond)
		}
		if diff := cmp.Diff(facts, recorded); diff != "" {
			t.Errorf("acknowledged (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(facts, known(t, db, "p", time.Time{})); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
	})
}

func TestRetraction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		record(t, db, "p", noon, status("active"))
		retraction := decision.Fact{Kind: "membership", Source: "microsoft", ValidFrom: "2026-06-01"}
		record(t, db, "p", noon.Add(time.Hour), retraction)
		for _, c := range []struct {
			knownAt time.Time
			day     decision.Day
			want    int
		}{
			{noon.Add(time.Hour), "2026-05-31", 1},
			{noon.Add(time.Hour), "2026-06-01", 0},
			{noon.Add(time.Hour - time.Microsecond), "2026-06-01", 1}, // not known of yet
		} {
			facts := known(t, db, "p", c.knownAt)
			if held := decision.Select(facts, c.day).Held; len(held) != c.want {
				t.Errorf("%s, known at %v: %d facts hold, want %d", c.day, c.knownAt, len(held), c.want)
			}
		}
		if last := known(t, db, "p", time.Time{})[1]; last.Body != nil {
			t.Errorf("a retraction has the body %q", last.Body)
		}
	})
}

func TestFactsOfADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		early, late := status("pending"), status("active")
		early.ValidFrom, early.ValidTo, late.ValidFrom = "2026-01-01", "2026-01-10", "2026-02-01"
		record(t, db, "p", noon, late, early)
		record(t, db, "q", noon, status("lapsed"))
		for day, want := range map[decision.Day][]string{
			"2025-12-31": {}, "2026-01-01": {"fact-2"}, "2026-01-31": {"fact-2"}, "2026-02-01": {"fact-1", "fact-2"},
		} {
			facts, err := db.Facts(t.Context(), "p", day, 3)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]string, len(facts))
			for i, f := range facts {
				got[i] = f.ID
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", day, got, want)
			}
		}
	})
}

func TestPosition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		check := func(at time.Time, want int64, wantAt time.Time) {
			t.Helper()
			position, gotAt, err := db.Position(t.Context(), at)
			if err != nil || position != want || !gotAt.Equal(wantAt) {
				t.Errorf("Position(%v) = %d, %v, %v, want %d, %v", at, position, gotAt, err, want, wantAt)
			}
		}
		check(time.Time{}, 0, time.Time{})
		check(noon, 0, noon)
		record(t, db, "p", noon, status("pending"), status("active"))
		later := noon.Add(time.Hour)
		record(t, db, "q", later, status("active"))
		for _, c := range []struct {
			at   time.Time
			want int64
		}{
			{noon.Add(-time.Microsecond), 0},
			{noon, 2}, // known at the very instant, and both facts of the recording
			{noon.Add(999 * time.Nanosecond), 2},
			{later.Add(-time.Microsecond), 2},
			{later, 3},
			{later.Add(24 * time.Hour), 3},
			{later.In(time.FixedZone("", 3*60*60)), 3},
		} {
			check(c.at, c.want, c.at)
		}
		check(time.Time{}, 3, later)
		if got := known(t, db, "q", noon); len(got) != 0 {
			t.Errorf("known before it was recorded: %v", got)
		}
	})
}

func TestTheLogsClockNeverGoesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		for i, at := range []time.Time{noon, noon, noon.Add(-time.Hour), noon.Add(time.Second), noon} {
			want := []time.Duration{0, 1, 2, 1_000_000, 1_000_001}[i] * time.Microsecond
			if got := record(t, db, fmt.Sprint("p", i), at, status("active"))[0].RecordedAt; !got.Equal(noon.Add(want)) {
				t.Errorf("recording %d: %v, want noon + %v", i, got, want)
			}
		}
	})
}

func TestConcurrentRecordingsAreOrdered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		recordConcurrently(t, 40, db)
	})
}

// recordConcurrently lets n recorders with one clock loose and checks what they
// and later readers see.
func recordConcurrently(t *testing.T, n int, handles ...*db.DB) {
	var wg sync.WaitGroup
	acknowledged := make([][]decision.Fact, n)
	for i := range n {
		wg.Go(func() {
			r := recording("p", noon, status("pending"), status(fmt.Sprint(i)), status("active"))
			var err error
			if acknowledged[i], _, err = handles[i%len(handles)].RecordFacts(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	byInstant := make(map[time.Time][]decision.Fact)
	for _, facts := range acknowledged {
		byInstant[facts[0].RecordedAt] = facts
	}
	if len(byInstant) != n {
		t.Fatalf("%d instants for %d recordings", len(byInstant), n)
	}
	all := known(t, handles[0], "p", time.Time{})
	if len(all) != 3*n {
		t.Fatalf("%d facts, want %d", len(all), 3*n)
	}
	for i, facts := range slices.Collect(slices.Chunk(all, 3)) {
		if diff := cmp.Diff(byInstant[facts[0].RecordedAt], facts); diff != "" {
			t.Errorf("a recording is not in one piece (-acknowledged +read):\n%s", diff)
		}
		if i > 0 && !facts[0].RecordedAt.After(all[3*i-1].RecordedAt) {
			t.Errorf("recording %d is not later than the one before", i)
		}
		if seen := known(t, handles[0], "p", facts[0].RecordedAt); len(seen) != 3*(i+1) {
			t.Errorf("known at recording %d: %d facts", i, len(seen))
		}
	}
}

func TestIdempotencyKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		first := recording("p", noon, status("pending"), status("active"))
		first.IdempotencyKey = "key"
		want, replayed, err := db.RecordFacts(t.Context(), first)
		if err != nil || replayed {
			t.Fatalf("first: replayed %v, %v", replayed, err)
		}
		record(t, db, "p", noon, status("lapsed"))

		retry := first
		retry.At = noon.Add(time.Hour)
		got, replayed, err := db.RecordFacts(t.Context(), retry)
		if err != nil || !replayed {
			t.Fatalf("retry: replayed %v, %v", replayed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("retry (-first +retry):\n%s", diff)
		}

		reuse := recording("p", noon, status("declined"))
		reuse.IdempotencyKey = "key"
		if got, replayed, err := db.RecordFacts(t.Context(), reuse); !errors.Is(err, decision.ErrIdempotencyKeyReused) || replayed || got != nil {
			t.Errorf("reuse: %v, %v, %v", got, replayed, err)
		}
		reuse.Partner = "q" // another partner's keys are its own
		if _, replayed, err := db.RecordFacts(t.Context(), reuse); err != nil || replayed {
			t.Errorf("other partner: %v, %v", replayed, err)
		}
		if n := len(known(t, db, "p", time.Time{})); n != 3 {
			t.Errorf("%d facts, want 3", n)
		}
	})
}

func TestConcurrentRetriesRecordOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		r := recording("p", noon, status("active"))
		r.IdempotencyKey = "key"
		var wg sync.WaitGroup
		first := make(chan struct{}, 20)
		for range cap(first) {
			wg.Go(func() {
				_, replayed, err := db.RecordFacts(t.Context(), r)
				if err != nil {
					t.Error(err)
				} else if !replayed {
					first <- struct{}{}
				}
			})
		}
		wg.Wait()
		if len(first) != 1 || len(known(t, db, "p", time.Time{})) != 1 {
			t.Errorf("recorded %d times, %d facts", len(first), len(known(t, db, "p", time.Time{})))
		}
	})
}

func TestRecordingIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		bad := map[string]decision.Fact{
			"no kind":   {Source: "partner", ValidFrom: "2026-01-01"},
			"no day":    {Kind: "membership", Source: "partner"},
			"not a day": {Kind: "membership", Source: "partner", ValidFrom: "2026-02-30"},
			"backwards": {Kind: "membership", Source: "partner", ValidFrom: "2026-01-02", ValidTo: "2026-01-02"},
			"not JSON":  {Kind: "membership", Source: "partner", ValidFrom: "2026-01-01", Body: []byte("{")},
		}
		for name, f := range bad {
			r := recording("p", noon, status("active"), f)
			r.IdempotencyKey = name
			_, _, err := db.RecordFacts(t.Context(), r)
			if err == nil || !strings.Contains(err.Error(), "record facts of p: insert fact 1") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := db.RecordFacts(t.Context(), recording("p", noon)); !errors.As(err, new(*decision.InvalidError)) {
			t.Errorf("no facts: %v", err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := db.RecordFacts(cancelled, recording("p", noon, status("active"))); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		partners, err := db.Partners(t.Context(), "", 10)
		if err != nil || len(partners) != 0 || len(known(t, db, "p", time.Time{})) != 0 {
			t.Errorf("something stayed behind: %v, %v", partners, err)
		}
		// Nor does a key that stands for nothing.
		r := recording("p", noon, status("active"))
		r.IdempotencyKey = "no kind"
		if facts, replayed, err := db.RecordFacts(t.Context(), r); err != nil || replayed || facts[0].ID != "fact-1" {
			t.Errorf("after the failures: %v, %v, %v", facts, replayed, err)
		}
	})
}
