package decision

import (
	"context"
	"fmt"
	"time"
)

// Revision is one policy tree, immutable: the same arguments give the same bytes
// for ever. It may be used concurrently.
type Revision interface {
	// Digest is the SHA-256 of the tree, lower-case hex.
	Digest() string
	// Files are those of the tree, by path.
	Files() map[string][]byte
	// Bundle is the tree as an OPA bundle, a .tar.gz; the same bytes every time.
	Bundle() ([]byte, error)
	// Programs are the programs it decides, sorted by name.
	Programs() []Program
	// Kinds are the kinds of facts it knows, sorted by name.
	Kinds() []Kind
	// ValidateQuestion refuses an action that the program does not know, or none where
	// it decides about actions. Pointers are into the request.
	ValidateQuestion(q Question) []Problem
	// Validate checks facts against the schemas of their kinds. The pointer of each
	// problem is relative to the list of facts: "/2/body/usd_cents".
	Validate(facts []Fact) []Problem
	// Evaluate answers the question and returns the program's result as canonical
	// JSON. An unknown program is ErrNotFound.
	Evaluate(ctx context.Context, q Question, facts Facts) ([]byte, error)
	// Texts are the sentences of the tree, by language.
	Texts() Texts
	// FactRules are how it chooses between records that say different things.
	FactRules() FactRules
}

// Revisions gives the revision that serves now and those that served before.
type Revisions interface {
	// Activate lets a revision that served before serve again, until the policies in
	// the folder change. It must still pass the gate. ErrNotFound if it never served.
	Activate(ctx context.Context, digest, by string) (Activation, error)
	// Accept keeps a person's word on the very report that a candidate waits with, and
	// lets it serve. ErrNotFound if none does, ErrCandidateChanged if the folder holds something
	// else by now.
	Accept(ctx context.Context, report, by string) (Activation, error)
	// Current is read once per request; the whole request uses what it returned.
	Current() Revision
	// Revision finds one by digest, for reading old decisions in their own words.
	// ErrNotFound if it never served.
	Revision(ctx context.Context, digest string) (Revision, error)
	Status() PolicyStatus
}

// Activation is one time that a revision began to serve.
type Activation struct {
	// Seq is its place in the log of activations.
	Seq      int64
	Revision string
	At       time.Time
	// By is who asked for it; empty if it came from the folder.
	By string
	// InPlaceOf is the tree in the folder that an earlier revision was preferred to.
	InPlaceOf string
	Origin    Origin
	// Report is what was measured, if a person had to accept it; By did.
	Report string
	// Tests passed, Cases were decided, and Warnings are those of them that did not
	// hold.
	Tests, Cases, Warnings int
}

// Origin is where a policy tree came from. All but Source may be empty.
type Origin struct {
	// Source is the folders, "built in" or a bundle.
	Source string
	// Commit, Author and Message are of the last commit in the folder.
	Commit, Author, Message string
}

// PolicyStatus tells what serves and what stands in the way of what is on disk.
type PolicyStatus struct {
	Revision    string
	ActivatedAt time.Time
	// Source is the folder the policies come from, or "built in".
	Source string
	// InPlaceOf is the tree in the folder, if an earlier revision was preferred to it.
	InPlaceOf string
	// Problems keep the tree on disk from serving; the revision above goes on.
	// Since is when they were first seen.
	Problems []PolicyProblem
	Since    time.Time
	// Warnings do not keep it from serving: a case that no longer holds.
	Warnings []PolicyProblem
	// Overdue are the parts whose review should have been done by today.
	Overdue []PolicyProblem
	// Checking is the tree on disk while it is at the gate or being measured; nil
	// otherwise.
	Checking *Checking
	// Waiting is the tree on disk if it passed the gate but turns more than a budget
	// allows; nil otherwise.
	Waiting *Waiting
}

// Checking is a tree that may serve soon.
type Checking struct {
	Revision string
	Since    time.Time
}

// Waiting is a candidate that a person must accept before it serves.
type Waiting struct {
	Revision string
	// Report is the id of what was measured, which is to be accepted.
	Report string
	// Exceeded says, budget by budget, what is too much.
	Exceeded []string
	// Warnings are those of the tree that waits, so that nobody accepts it without having
	// been told which cases do not hold.
	Warnings []PolicyProblem
	Since    time.Time
}

// Report is what a change was measured to turn, as it was when a person was asked to
// accept it.
type Report struct {
	// Seq is its place in the list of reports.
	Seq       int64
	ID        string
	CreatedAt time.Time
	// Live served when Candidate was measured.
	Live, Candidate string
	// Content is JSON; lists leave it out.
	Content []byte
	// Accepted is who accepted it last, if anybody did; lists alone tell.
	Accepted Acceptance
}

// Acceptance is a person's word on a report.
type Acceptance struct {
	By string
	At time.Time
}

// PolicyProblem is one thing wrong with a policy tree. Line is 1-based, 0 if the
// problem is about the file as a whole.
type PolicyProblem struct {
	File    string
	Line    int
	Message string
}

// String writes the problem as compilers do: file:line: message.
func (p PolicyProblem) String() string {
	switch {
	case p.File == "":
		return p.Message
	case p.Line == 0:
		return p.File + ": " + p.Message
	default:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	}
}

// SinkStatus tells how far the decision log has been taken to a sink, which is somewhere
// else that keeps decisions.
type SinkStatus struct {
	Name string
	// Position is the place in the log of the last decision that the sink acknowledged,
	// Lag how many came after it.
	Position, Lag int64
	// AcknowledgedAt is when; zero if it never did.
	AcknowledgedAt time.Time
	// Problem is why the last try failed, empty if it did not; Since is when the first of
	// the failures in a row was.
	Problem string
	Since   time.Time
	// Sent decisions and Failures are since the server started.
	Sent, Failures int64
}

// Store keeps facts and decisions. It may be used concurrently; what a method
// acknowledged is on disk.
type Store interface {
	// RecordFacts appends the facts to the partner's, all or nothing, and gives
	// each its ID and RecordedAt. Recordings are ordered: the instant is later than
	// that of every recording before, whatever the clock says. With an idempotency
	// key used before by this partner it returns the earlier recording and
	// replayed = true if the digest is the same, ErrIdempotencyKeyReused if not.
	RecordFacts(ctx context.Context, r Recording) (facts []Fact, replayed bool, err error)
	// Position resolves an instant to the position of the last fact recorded at or
	// before it (0: none), and returns that instant. The zero time means the end of
	// the log: then the instant is that of the last fact, or zero if there is none.
	Position(ctx context.Context, knownAt time.Time) (position int64, at time.Time, err error)
	// Facts are the partner's records up to the position whose validity began on or
	// before the day, in the order of recording. Select picks from them.
	Facts(ctx context.Context, partner string, day Day, position int64) ([]Fact, error)
	// RevisionFiles are the files of a revision that served, by path; ErrNotFound.
	RevisionFiles(ctx context.Context, digest string) (map[string][]byte, error)
	// Activations are those of one revision, or of all if the digest is empty, newest
	// first, from before the given place in the log (0: from the newest).
	Activations(ctx context.Context, digest string, before int64, limit int) ([]Activation, error)
	// Report finds one that is kept by id; ErrNotFound.
	Report(ctx context.Context, id string) (Report, error)
	// Reports lists them without what they say, newest first, from before the given place
	// (0: from the newest).
	Reports(ctx context.Context, before int64, limit int) ([]Report, error)
	// PartnerExists tells whether a fact was ever recorded about the partner.
	PartnerExists(ctx context.Context, partner string) (bool, error)
	// Partners lists partner ids in byte order, after the given one.
	Partners(ctx context.Context, after string, limit int) ([]Partner, error)

	// Append writes the decision, and its given facts if they are not there yet, in
	// one transaction, and returns it as it was kept: its DecidedAt is later than that of
	// every decision before, whatever the clock says.
	Append(ctx context.Context, d Decision) (Decision, error)
	// Decision finds one by id, with its given facts but without those that are
	// stored; ErrNotFound.
	Decision(ctx context.Context, id string) (Decision, error)
	// Decisions searches; Given is not filled in.
	Decisions(ctx context.Context, q DecisionQuery) ([]LoggedDecision, error)
	// Tally counts what was decided.
	Tally(ctx context.Context, q TallyQuery) (Tally, error)
}

// Recording is one request to record facts about a partner.
type Recording struct {
	Partner string
	Facts   []Fact
	// At is the clock of the service; the store may move it forward, never back.
	At             time.Time
	IdempotencyKey string
	// Digest is the SHA-256 of the canonical facts, to tell a retry from a reuse.
	Digest string
}

// Partner is whom decisions are about; the id is the caller's choice.
type Partner struct {
	ID string
	// FirstRecordedAt is when the first fact about it came.
	FirstRecordedAt time.Time
}
