package decision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Service is what callers use: it records facts and decides.
type Service struct {
	Revisions Revisions
	Store     Store
	// Now and NewID are the only sources of time and chance.
	Now   func() time.Time
	NewID func() string
	// Replays counts the decisions that were asked again.
	Replays ReplayTally
}

// Decide collects the facts, evaluates, logs and only then answers. The decision
// is returned with the revision that made it, whose texts explain it.
func (s *Service) Decide(ctx context.Context, req Request) (Decision, Revision, error) {
	revision, d, stored, err := s.prepare(ctx, req)
	if err != nil {
		return d, nil, err
	}
	if d, err = Evaluate(ctx, revision, d, stored, req.Given); err != nil {
		return d, nil, err
	}

	// From here on the caller's patience does not matter: an evaluated decision is
	// logged even if the caller has gone.
	kept, err := s.Store.Append(context.WithoutCancel(ctx), d)
	if err != nil {
		return d, nil, fmt.Errorf("append decision %s: %w", d.ID, err)
	}
	return kept, revision, nil
}

// prepare finds what a decision is made of: the revision, the question and the stored
// facts.
func (s *Service) prepare(ctx context.Context, req Request) (Revision, Decision, []Fact, error) {
	revision, err := s.revision(ctx, req.Revision)
	if err != nil {
		return nil, Decision{}, nil, err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	d := Decision{
		ID: s.NewID(), Program: req.Program, Action: req.Action, Actor: req.Actor, Partner: req.Partner, AsOf: req.AsOf,
		KnownAt: req.KnownAt, DecidedAt: now,
		RequestID: req.RequestID, TraceID: req.TraceID, Caller: req.Caller,
	}
	if d.AsOf == "" {
		d.AsOf = DayOf(now)
	}
	if req.Partner == "" && req.Given == nil {
		return nil, d, nil, Invalid("", "a partner, or facts, or both are needed")
	}
	if err := s.settleKnownAt(ctx, &d, now); err != nil {
		return nil, d, nil, err
	}
	stored, err := CollectFacts(ctx, s.Store, d)
	if err != nil {
		return nil, d, nil, err
	}
	return revision, d, stored, s.known(ctx, d, stored, req.Given)
}

// revision is the one asked for, or the one that serves.
func (s *Service) revision(ctx context.Context, digest string) (Revision, error) {
	if digest == "" {
		return s.Revisions.Current(), nil
	}
	revision, err := s.Revisions.Revision(ctx, digest)
	if errors.Is(err, ErrNotFound) {
		return nil, Invalid("/revision", "no such revision ever served; GET /v1/revisions lists those that did")
	}
	return revision, err
}

// Read finds a logged decision and collects its facts again.
func (s *Service) Read(ctx context.Context, id string) (Decision, error) {
	d, err := s.Store.Decision(ctx, id)
	if err != nil {
		return d, err
	}
	return WithFacts(ctx, s.Store, d)
}

// WithFacts is a decision that was read from the log, with the facts that it was made
// from. Whether they are still those is for their digest to tell.
func WithFacts(ctx context.Context, store FactStore, d Decision) (Decision, error) {
	stored, given, err := Recollect(ctx, store, d)
	if err != nil {
		return d, err
	}
	d.Facts = selectWith(stored, given, d.AsOf)
	d.Records = onTop(stored, given)
	return d, nil
}

// Recollect finds the facts of a decision that was read from the log again: the same
// records, whatever was recorded since.
func Recollect(ctx context.Context, store FactStore, d Decision) (stored, given []Fact, err error) {
	if stored, err = CollectFacts(ctx, store, d); err != nil {
		return nil, nil, err
	}
	if given, err = parseCanonicalFacts(d.Given); err != nil {
		return nil, nil, fmt.Errorf("decision %s: given facts: %w: %w", d.ID, ErrUnreadable, err)
	}
	return stored, given, nil
}

// Evaluate is the pure function at the heart: from the revision, the question that d
// asks, the stored facts and the given ones it fills in result, outcome and digests.
// Everything that decides anything comes through here.
func Evaluate(ctx context.Context, revision Revision, d Decision, stored, given []Fact) (Decision, error) {
	if problems := revision.ValidateQuestion(d.Question()); len(problems) > 0 {
		return d, &InvalidError{problems}
	}
	if err := ValidateFacts(revision, given); err != nil {
		return d, err
	}
	given = named(given)
	stored = slices.DeleteFunc(slices.Clone(stored), Fact.blank)
	d.Facts = selectWith(stored, given, d.AsOf)
	var err error
	if d.Result, err = revision.Evaluate(ctx, d.Question(), d.Facts); err != nil {
		return d, err
	}
	result, err := ParseResult(d.Result)
	if err != nil {
		return d, err
	}
	d.Revision = revision.Digest()
	d.Outcome = result.Outcome
	d.FactsDigest = d.Facts.Digest()
	if given != nil {
		d.Given = canonicalFacts(given)
		d.GivenDigest = Digest(d.Given)
	}
	return d, nil
}

// named gives each given fact its place in the request as its id, by which findings
// refer to it.
func named(given []Fact) []Fact {
	given = slices.Clone(given)
	for i := range given {
		given[i].ID = "/facts/" + strconv.Itoa(i)
	}
	return given
}

// settleKnownAt turns the instant into a position in the fact log.
func (s *Service) settleKnownAt(ctx context.Context, d *Decision, now time.Time) error {
	if d.KnownAt.After(now) {
		return Invalid("/known_at", "lies in the future: what will be known then is not known yet")
	}
	position, at, err := s.Store.Position(ctx, d.KnownAt)
	if err != nil {
		return fmt.Errorf("resolve known_at: %w", err)
	}
	d.Position = position
	if d.KnownAt.IsZero() {
		d.KnownAt = now
		// A clock that was set back must not hide facts already recorded.
		if at.After(now) {
			d.KnownAt = at
		}
	}
	return nil
}

// FactStore is where stored facts are read.
type FactStore interface {
	Facts(ctx context.Context, partner string, day Day, position int64) ([]Fact, error)
}

// CollectFacts are the records that the decision may see; none without a partner.
func CollectFacts(ctx context.Context, store FactStore, d Decision) ([]Fact, error) {
	if d.Partner == "" {
		return nil, nil
	}
	records, err := store.Facts(ctx, d.Partner, d.AsOf, d.Position)
	if err != nil {
		return nil, fmt.Errorf("collect facts of %s: %w", d.Partner, err)
	}
	return records, nil
}

// known refuses to decide about a partner that nobody has said anything of, ever: a
// misspelt id is likelier than a partner without facts.
func (s *Service) known(ctx context.Context, d Decision, stored, given []Fact) error {
	if d.Partner == "" || len(stored) > 0 || given != nil {
		return nil
	}
	exists, err := s.Store.PartnerExists(ctx, d.Partner)
	if err != nil {
		return fmt.Errorf("look up partner %s: %w", d.Partner, err)
	}
	if !exists {
		return ErrUnknownPartner
	}
	return nil
}

// RecordFacts validates the facts against the current schemas and records them,
// all or nothing.
func (s *Service) RecordFacts(ctx context.Context, partner string, facts []Fact, idempotencyKey string) (recorded []Fact, replayed bool, err error) {
	if err := ValidateFacts(s.Revisions.Current(), facts); err != nil {
		return nil, false, err
	}
	return s.Store.RecordFacts(ctx, Recording{
		Partner: partner, Facts: facts, At: s.Now().UTC().Truncate(time.Microsecond),
		IdempotencyKey: idempotencyKey, Digest: Digest(canonicalFacts(facts)),
	})
}

// FactsOf are the partner's facts that held on the day and were known at the
// instant; zero values mean today and now. The day and the instant used are
// returned too.
func (s *Service) FactsOf(ctx context.Context, partner string, day Day, knownAt time.Time) ([]Fact, Day, time.Time, error) {
	now := s.Now().UTC().Truncate(time.Microsecond)
	d := Decision{Partner: partner, AsOf: day, KnownAt: knownAt}
	if d.AsOf == "" {
		d.AsOf = DayOf(now)
	}
	if err := s.settleKnownAt(ctx, &d, now); err != nil {
		return nil, "", time.Time{}, err
	}
	records, err := CollectFacts(ctx, s.Store, d)
	return Select(records, d.AsOf).Held, d.AsOf, d.KnownAt, err
}

// Digest is the SHA-256 in lower-case hex.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
