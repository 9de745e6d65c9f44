package decision

import (
	"slices"
	"sync"
)

// ReplayTally counts replays. The zero value is ready; it may be used concurrently.
type ReplayTally struct {
	mu     sync.Mutex
	status ReplayStatus
}

// ReplayStatus is how replays came out.
type ReplayStatus struct {
	Equal, Differing int64
	// Decisions are those whose last replay differed, the first ones that did.
	Decisions []string
}

// maxDiffering bounds the decisions that are remembered; all are counted.
const maxDiffering = 20

// Note counts a replay. One that is equal clears a decision that differed before.
func (t *ReplayTally) Note(r Replay) {
	if r.Erased() {
		return // nothing came out, and nothing else
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.Index(t.status.Decisions, r.Decision.ID)
	switch {
	case r.Equal():
		t.status.Equal++
		if at >= 0 {
			t.status.Decisions = slices.Delete(t.status.Decisions, at, at+1)
		}
		return
	case at < 0 && len(t.status.Decisions) < maxDiffering:
		t.status.Decisions = append(t.status.Decisions, r.Decision.ID)
	}
	t.status.Differing++
}

// Status is how they came out so far.
func (t *ReplayTally) Status() ReplayStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	status := t.status
	status.Decisions = slices.Clone(status.Decisions)
	return status
}
