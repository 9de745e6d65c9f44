package decision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Replay is a logged decision that was asked again: the same question, of the same
// revision, on the same facts.
type Replay struct {
	Decision    Decision
	Differences []Difference
}

// Equal: every byte came out again.
func (r Replay) Equal() bool { return len(r.Differences) == 0 && !r.Erased() }

// Erased: what it rested on was erased, so that it was not asked again.
func (r Replay) Erased() bool { return len(r.Differences) == 0 && r.Decision.Erased() }

// Parts of a decision that a replay holds against the log.
const (
	PartDecision    = "decision"     // the entry cannot be read
	PartRevision    = "revision"     // the policy tree is gone, or is not what its digest says
	PartGiven       = "given"        // the facts that came with the request are not what their digest says
	PartFacts       = "facts"        // the facts cannot be read
	PartFactsDigest = "facts_digest" // other facts were evaluated
	PartEvaluation  = "evaluation"   // it cannot be evaluated any more
	PartOutcome     = "outcome"
	PartResult      = "result"
)

// Difference is one thing in which a replay departs from the log.
type Difference struct {
	Part string `json:"part"`
	// Pointer is the place within the result, RFC 6901; empty for the other parts.
	Pointer string `json:"pointer,omitempty"`
	// Logged is what the log has and Replayed what came out, or what kept it from coming
	// out. Values within a result are JSON; empty where a side has none.
	Logged   string `json:"logged,omitempty"`
	Replayed string `json:"replayed,omitempty"`
}

// String names the difference in a line.
func (d Difference) String() string {
	part := d.Part
	if d.Pointer != "" {
		part += " " + d.Pointer
	}
	switch {
	case d.Logged == "":
		return part + ": " + d.Replayed
	case d.Replayed == "":
		return part + ": " + d.Logged + " is missing"
	}
	return part + ": logged " + d.Logged + ", replayed " + d.Replayed
}

// Replay asks a logged decision again. It is not logged.
func (s *Service) Replay(ctx context.Context, id string) (Replay, error) {
	d, err := s.Store.Decision(ctx, id)
	var r Replay
	switch {
	case errors.Is(err, ErrUnreadable):
		r = Unreadable(Decision{ID: id}, err)
	case err != nil:
		return r, err
	default:
		if r, err = ReplayOf(ctx, s.Revisions, s.Store, d); err != nil {
			return r, err
		}
	}
	s.Replays.Note(r)
	return r, nil
}

// Unreadable is the replay of an entry that cannot be read.
func Unreadable(d Decision, err error) Replay {
	return Replay{d, []Difference{{Part: PartDecision, Replayed: err.Error()}}}
}

// Keeper finds revisions that served.
type Keeper interface {
	Revision(ctx context.Context, digest string) (Revision, error)
}

// ReplayOf asks a decision again that was read from the log with its given facts. An
// error says that it could not be asked; what contradicts the log is a difference.
func ReplayOf(ctx context.Context, revisions Keeper, store FactStore, d Decision) (Replay, error) {
	r := Replay{Decision: d}
	switch {
	case d.Erased() && d.ErasedAt.IsZero():
		r.Differences = append(r.Differences, Difference{Part: PartFactsDigest, Logged: d.FactsDigest, Replayed: "it is blank, and no erasure took it"})
		return r, nil
	case d.Erased():
		return r, nil
	}
	if d.GivenDigest != "" && Digest(d.Given) != d.GivenDigest {
		given := Difference{Part: PartGiven, Logged: d.GivenDigest}
		if d.Given != nil {
			given.Replayed = Digest(d.Given)
		}
		r.Differences = append(r.Differences, given)
	}
	revision, err := revisions.Revision(ctx, d.Revision)
	if err != nil {
		return r.without(ctx, PartRevision, err)
	}
	stored, given, err := Recollect(ctx, store, d)
	if err != nil {
		return r.without(ctx, PartFacts, err)
	}
	again, err := Evaluate(ctx, revision, d, stored, given)
	if err != nil {
		return r.without(ctx, PartEvaluation, err)
	}
	r.Decision.Facts = again.Facts
	for _, part := range []Difference{
		{PartFactsDigest, "", d.FactsDigest, again.FactsDigest},
		{PartOutcome, "", string(d.Outcome), string(again.Outcome)},
	} {
		if part.Logged != part.Replayed {
			r.Differences = append(r.Differences, part)
		}
	}
	r.Differences = append(r.Differences, diffResults(d.Result, again.Result)...)
	return r, nil
}

// without ends a replay that cannot come to its end. What is wrong with the decision or
// with what it was made from is a finding; what is wrong with the asking is an error.
func (r Replay) without(ctx context.Context, part string, err error) (Replay, error) {
	var refused *RefusedError
	switch {
	case ctx.Err() != nil:
		return r, context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return r, err
	case part == PartEvaluation, errors.Is(err, ErrUnreadable), errors.Is(err, ErrNotFound), errors.As(err, &refused):
		r.Differences = append(r.Differences, Difference{Part: part, Replayed: err.Error()})
		return r, nil
	}
	return r, fmt.Errorf("replay decision %s: %w", r.Decision.ID, err)
}

// maxDifferences bounds what is said of one result; the first ones say most.
const maxDifferences = 20

// diffResults names the places at which two results differ.
func diffResults(logged, replayed []byte) []Difference {
	if bytes.Equal(logged, replayed) {
		return nil
	}
	var before, after any
	if decodeExact(logged, &before) == nil && decodeExact(replayed, &after) == nil {
		var found []Difference
		diffValues(before, after, "", &found)
		if len(found) > 0 {
			return found[:min(len(found), maxDifferences)]
		}
	}
	// The same value in other bytes, or no JSON at all: only the bytes can be named.
	return []Difference{{Part: PartResult, Logged: Digest(logged), Replayed: Digest(replayed)}}
}

func decodeExact(raw []byte, into *any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(into)
}

func diffValues(before, after any, at string, found *[]Difference) {
	if len(*found) >= maxDifferences || reflect.DeepEqual(before, after) {
		return
	}
	switch old := before.(type) {
	case map[string]any:
		if now, ok := after.(map[string]any); ok {
			names := maps.Clone(old)
			maps.Copy(names, now)
			for _, name := range slices.Sorted(maps.Keys(names)) {
				diffMembers(old, now, name, at+"/"+escapePointer.Replace(name), found)
			}
			return
		}
	case []any:
		if now, ok := after.([]any); ok && len(now) == len(old) {
			for i := range old {
				diffValues(old[i], now[i], at+"/"+strconv.Itoa(i), found)
			}
			return
		}
	}
	*found = append(*found, Difference{PartResult, at, string(encode(before)), string(encode(after))})
}

func diffMembers(before, after map[string]any, name, at string, found *[]Difference) {
	old, had := before[name]
	now, has := after[name]
	switch {
	case had && has:
		diffValues(old, now, at, found)
	case had:
		*found = append(*found, Difference{PartResult, at, string(encode(old)), ""})
	default:
		*found = append(*found, Difference{PartResult, at, "", string(encode(now))})
	}
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")
