// Package decision holds the words of Assay - facts, programs, findings,
// decisions - and the one order in which a decision comes about. It imports the
// standard library only; everything else is plugged into its interfaces.
package decision

import "time"

// Outcome is what a program says of a partner as a whole.
type Outcome string

// The outcomes of a program that is about eligibility. Assay never says
// "approved": Microsoft decides, Assay says what the rules say.
const (
	Eligible    Outcome = "eligible"
	NotEligible Outcome = "not_eligible"
	NeedsReview Outcome = "needs_review"
	Incomplete  Outcome = "incomplete"
)

// Status is what came out for one requirement.
type Status string

// A requirement is unknown when a fact is missing, stale or of the wrong type;
// it needs review when facts conflict or the text reserves judgement.
const (
	Met     Status = "met"
	NotMet  Status = "not_met"
	Unknown Status = "unknown"
	Review  Status = "needs_review"
)

// Request asks for a decision. Either Partner or Given, or both, must be there:
// stored facts, given facts, or given ones on top of stored ones.
type Request struct {
	Program string
	// Action is what somebody wants to do, Actor who; both zero unless the program
	// decides about actions.
	Action  string
	Actor   *Actor
	Partner string
	Given   []Fact
	// AsOf is the day the rules are applied to; zero means today, UTC.
	AsOf Day
	// KnownAt hides facts recorded later; zero means everything recorded so far.
	KnownAt time.Time
	// Revision is the one to decide by, zero for the one that serves.
	Revision string
	// RequestID is the caller's correlation id, TraceID that of the trace that the
	// request is part of, Caller who asks by their own word. All are kept with the
	// decision and may be empty.
	RequestID, TraceID, Caller string
}

// Decision is one entry of the decision log. It holds codes and values, never
// prose: sentences are a view, rendered when it is read.
type Decision struct {
	ID      string
	Program string
	// Action and Actor are as asked: part of what is decided, as the program is.
	Action  string
	Actor   *Actor
	Partner string
	Outcome Outcome

	// The other arguments of the pure function: the revision, the facts (as a
	// position in the fact log plus the digest of the given ones) and the day.
	Revision string
	AsOf     Day
	KnownAt  time.Time
	// Position is that of the last stored fact that could be seen; replay collects
	// up to it and so gets exactly the same records.
	Position int64
	// Given is the canonical JSON of the facts that came with the request, nil if
	// none did; GivenDigest is its SHA-256 and the key under which it is kept.
	Given       []byte
	GivenDigest string
	// FactsDigest is the SHA-256 of all facts that were evaluated, so that a
	// replay notices if a stored one was changed.
	FactsDigest string
	// Facts are those that were evaluated. The log does not hold them a second time:
	// reading a decision collects them again.
	Facts Facts
	// Records are all that the facts were selected from, if it was read from the log;
	// given ones as if they had been recorded last.
	Records []Fact

	// Result is the canonical JSON that the policy returned: what a replay must
	// give again, byte for byte.
	Result []byte
	// DecidedAt is when it went into the log: later than every decision before.
	DecidedAt time.Time
	// RequestID, TraceID and Caller are as in the Request.
	RequestID, TraceID, Caller string
	// ErasedAt is when values of it, or of what it rests on, were erased.
	ErasedAt time.Time
}

// Question is what a revision is asked, apart from the facts.
type Question struct {
	Program string
	Action  string
	Actor   *Actor
	AsOf    Day
}

// Question is what was asked.
func (d Decision) Question() Question {
	return Question{Program: d.Program, Action: d.Action, Actor: d.Actor, AsOf: d.AsOf}
}

// Actor is who wants to do something. That they are who they say and have these roles
// is the caller's word.
type Actor struct {
	ID    string   `json:"id,omitempty"`
	Roles []string `json:"roles"`
}

// Result is what a program returned, decoded for reading.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Rollup is what the findings alone give. It differs from Outcome only where
	// the program lets something override them, as a decision of Microsoft does.
	Rollup   Outcome   `json:"rollup"`
	Version  string    `json:"version,omitempty"`
	Phase    string    `json:"phase,omitempty"`
	Findings []Finding `json:"findings"`
}

// Finding is what came out for one requirement, with the values that explain it.
type Finding struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	// Due tells whether the finding counts in the phase that the partner is in.
	Due bool `json:"due"`
	// Reason is the code behind the status; Flags are further codes that a reader
	// should know of but that do not change the status.
	Reason string   `json:"reason"`
	Flags  []string `json:"flags,omitempty"`
	// Shown are the values the sentences name: actual, required, gap, since,
	// citation and whatever else the requirement shows.
	Shown map[string]any `json:"shown,omitempty"`
	// Facts are the ids of the facts used.
	Facts   []string  `json:"facts,omitempty"`
	Missing []Missing `json:"missing,omitempty"`
}

// Missing names a fact to send so that a requirement can be determined.
type Missing struct {
	Kind  string `json:"kind"`
	Key   string `json:"key,omitempty"`
	Field string `json:"field,omitempty"`
}
