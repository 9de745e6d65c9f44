package db

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
	"assay/server/ledger"
)

func erasureLeaf(r sqlc.ErasureRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.ErasureKind, Seq: r.Seq, At: r.Erased, Partner: r.Partner,
		Plain:  map[string]any{"fields": r.Fields, "values": r.N, "values_digest": r.Digest},
		Values: map[string][]byte{"/reason": []byte(r.Reason), "/by": []byte(r.ErasedBy)},
	}
}

// withErased adds to rows of a kind, which are in order, what erasures left of them.
func withErased(ctx context.Context, q *sqlc.Queries, kind ledger.Kind, rows []ledger.Row) error {
	if len(rows) == 0 {
		return nil
	}
	first, last := rows[0].Seq, rows[len(rows)-1].Seq
	erased, err := q.ErasedOf(ctx, sqlc.ErasedOfParams{Kind: string(kind), First: first, Last: last})
	if err != nil {
		return fmt.Errorf("read what was erased: %w", translate(err))
	}
	kept, err := q.KeptSalts(ctx, sqlc.KeptSaltsParams{Kind: string(kind), First: first, Last: last})
	if err != nil {
		return fmt.Errorf("read kept salts: %w", translate(err))
	}
	find := func(seq int64) *ledger.Row {
		i, found := slices.BinarySearchFunc(rows, seq, func(r ledger.Row, seq int64) int { return cmp.Compare(r.Seq, seq) })
		if !found {
			return &ledger.Row{}
		}
		return &rows[i]
	}
	for _, e := range erased {
		row := find(e.Seq)
		if row.Erased == nil {
			row.Erased = make(map[string]ledger.Erased)
		}
		row.Erased[e.Path] = ledger.Erased{
			Kind: kind, Seq: e.Seq, Path: e.Path, Erasure: e.Erasure, Commitment: e.Commitment, Now: e.Now,
		}
		// What is left of a body whose fields are all gone is no value.
		if strings.HasPrefix(e.Path, "/body") && string(row.Values["/body"]) == "{}" {
			delete(row.Values, "/body")
		}
	}
	for _, k := range kept {
		row := find(k.Seq)
		if row.Salts == nil {
			row.Salts = make(map[string][]byte)
		}
		row.Salts[k.Path] = k.Salt
	}
	return nil
}

// Erase implements ledger.Store.
func (s ledgerStore) Erase(ctx context.Context, e ledger.Erasure, sealed bool) (ledger.Erasure, error) {
	err := s.db.inTx(ctx, func(q *sqlc.Queries) error {
		known, err := q.PartnerKnown(ctx, e.Partner)
		if err != nil {
			return translate(err)
		}
		if !known {
			return decision.ErrNotFound
		}
		if sealed {
			unsealed, err := q.UnsealedOf(ctx, e.Partner)
			if err != nil {
				return translate(err)
			}
			if unsealed > 0 {
				return ledger.ErrUnsealed
			}
		}
		e, err = erase(ctx, q, e)
		return err
	})
	if err != nil {
		return e, fmt.Errorf("erase %s values of %s: %w", e.Fields, e.Partner, err)
	}
	return e, nil
}

// erasing is one erasure under way.
type erasing struct {
	q       *sqlc.Queries
	erasure ledger.Erasure
	eraser  *decision.Eraser
	root    []byte
	gone    []ledger.Erased
	// recordings are those of facts that changed; firstFact is the first of these facts.
	recordings map[int64]bool
	firstFact  int64
}

func erase(ctx context.Context, q *sqlc.Queries, e ledger.Erasure) (ledger.Erasure, error) {
	personal, err := personalKinds(ctx, q)
	if err != nil {
		return e, err
	}
	last, err := q.LastErasure(ctx)
	if err != nil {
		return e, translate(err)
	}
	e.Seq = last + 1
	facts, err := q.FactRowsOf(ctx, e.Partner)
	if err != nil {
		return e, translate(err)
	}
	keys := make([]string, len(facts))
	for i, fact := range facts {
		keys[i] = fact.Key
	}
	t := &erasing{q: q, erasure: e, eraser: decision.NewEraser(personal, e.Fields == ledger.All, keys), recordings: make(map[int64]bool)}
	replace, err := t.salt(ctx)
	if err != nil {
		return e, err
	}
	// The facts first: what goes from them is looked for in the decisions.
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return t.facts(ctx, facts) }, t.inRecordings, t.inDecisions, t.inErasures,
	} {
		if err := step(ctx); err != nil {
			return e, err
		}
	}
	slices.SortFunc(t.gone, func(a, b ledger.Erased) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Path, b.Path))
	})
	e.Values = int64(len(t.gone))
	err = q.InsertErasure(ctx, sqlc.InsertErasureParams{
		Seq: e.Seq, Partner: e.Partner, Fields: string(e.Fields), Reason: e.Reason, ErasedBy: e.By, ErasedAt: column.At(e.At),
		N: e.Values, Digest: ledger.SumErased(t.gone),
	})
	if err != nil {
		return e, translate(err)
	}
	return e, replace(ctx)
}

// personalKinds is what any revision that ever served declares as personal, by kind.
func personalKinds(ctx context.Context, q *sqlc.Queries) (map[string]decision.Personal, error) {
	schemas, err := q.KindSchemas(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the schemas: %w", translate(err))
	}
	personal := make(map[string]decision.Personal)
	for _, file := range schemas {
		declared, err := decision.PersonalIn(file.Content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Path, err)
		}
		kind := strings.TrimSuffix(path.Base(file.Path), ".json")
		personal[kind] = declared.Join(personal[kind])
	}
	return personal, nil
}

// salt reads the root of the partner's salts, and gives the function that replaces it.
func (t *erasing) salt(ctx context.Context) (replace func(context.Context) error, err error) {
	salts, err := saltsOf(ctx, t.q, []string{t.erasure.Partner})
	if err != nil {
		return nil, err
	}
	fresh := ledger.FreshSalt()
	if t.root = salts[t.erasure.Partner]; t.root != nil {
		return func(ctx context.Context) error {
			return translate(t.q.ReplaceSalt(ctx, sqlc.ReplaceSaltParams{Partner: t.erasure.Partner, Root: fresh}))
		}, nil
	}
	t.root = ledger.FreshSalt() // nothing of the partner is sealed yet
	return func(ctx context.Context) error {
		return translate(t.q.InsertSalt(ctx, sqlc.InsertSaltParams{Partner: t.erasure.Partner, Root: fresh}))
	}, nil
}

// blanks are the values that go, by pointer, each with what stands in its place.
type blanks map[string][]byte

// row notes which values of a row go, and keeps the salts of those that stay. It tells
// whether any goes.
func (t *erasing) row(ctx context.Context, row ledger.Row, now blanks) (bool, error) {
	changed := false
	for _, path := range slices.Sorted(maps.Keys(row.Values)) {
		value := row.Values[path]
		before, wasErased := row.Erased[path]
		replacement, goes := now[path]
		switch {
		case len(value) == 0:
		case goes && !bytes.Equal(value, replacement):
			changed = true
			if err := t.value(ctx, row, path, before.Commitment, replacement); err != nil {
				return false, err
			}
		case !wasErased && row.Salts[path] == nil:
			err := t.q.InsertKeptSalt(ctx, sqlc.InsertKeptSaltParams{
				Kind: string(row.Kind), Seq: row.Seq, Path: path, Salt: ledger.ValueSalt(t.root, row.Kind, row.Seq, path),
			})
			if err != nil {
				return false, fmt.Errorf("keep a salt: %w", translate(err))
			}
		}
	}
	return changed, nil
}

// value keeps the commitment to a value that goes.
func (t *erasing) value(ctx context.Context, row ledger.Row, path, commitment string, now []byte) error {
	salt := row.Salts[path]
	switch {
	case commitment != "":
	case salt != nil:
		commitment = ledger.Commitment(salt, row.Values[path])
	default:
		commitment = ledger.Commitment(ledger.ValueSalt(t.root, row.Kind, row.Seq, path), row.Values[path])
	}
	gone := ledger.Erased{
		Kind: row.Kind, Seq: row.Seq, Path: path, Erasure: t.erasure.Seq, Commitment: commitment, Now: ledger.DigestOf(now),
	}
	t.gone = append(t.gone, gone)
	err := t.q.InsertErased(ctx, sqlc.InsertErasedParams{
		Kind: string(gone.Kind), Seq: gone.Seq, Path: path, Erasure: gone.Erasure, Commitment: commitment, Now: gone.Now,
	})
	if err == nil && salt != nil {
		err = t.q.DeleteKeptSalt(ctx, sqlc.DeleteKeptSaltParams{Kind: string(gone.Kind), Seq: gone.Seq, Path: path})
	}
	if err != nil {
		return fmt.Errorf("keep a commitment: %w", translate(err))
	}
	return nil
}

func (t *erasing) facts(ctx context.Context, facts []sqlc.FactRowsOfRow) error {
	rows := make([]ledger.Row, len(facts))
	for i, fact := range facts {
		rows[i] = factLeaf(sqlc.FactRowsRow(fact))
	}
	if err := withErased(ctx, t.q, ledger.Fact, rows); err != nil {
		return err
	}
	for i, fact := range facts {
		key := t.eraser.Key(fact.Kind, fact.Key)
		body, err := t.eraser.Body(fact.Kind, fact.BodyJSON.Bytes())
		if err != nil {
			return fmt.Errorf("fact %d: %w", fact.Seq, err)
		}
		now := blanks{"/key": []byte(key)}
		rest := bodyValues(column.JSON(body))
		for path := range rows[i].Values {
			if _, stays := rest[path]; strings.HasPrefix(path, "/body") && !stays {
				now[path] = nil
			}
		}
		if whole, is := rows[i].Values["/body"]; is && !bytes.Equal(whole, body) {
			now["/body"] = nil
		}
		changed, err := t.row(ctx, rows[i], now)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		t.recordings[fact.Recording] = true
		t.firstFact = min(cmp.Or(t.firstFact, fact.Seq), fact.Seq)
		if err := t.q.BlankFact(ctx, sqlc.BlankFactParams{Seq: fact.Seq, Key: key, BodyJSON: column.JSON(body)}); err != nil {
			return fmt.Errorf("fact %d: %w", fact.Seq, translate(err))
		}
	}
	return nil
}

func (t *erasing) inRecordings(ctx context.Context) error {
	recordings, err := t.q.RecordingRowsOf(ctx, t.erasure.Partner)
	if err != nil {
		return translate(err)
	}
	rows := make([]ledger.Row, len(recordings))
	for i, recording := range recordings {
		rows[i] = recordingLeaf(sqlc.RecordingRowsRow(recording))
	}
	if err := withErased(ctx, t.q, ledger.Recording, rows); err != nil {
		return err
	}
	for i, recording := range recordings {
		now := make(blanks)
		params := sqlc.BlankRecordingParams{Seq: recording.Seq, IdempotencyKey: recording.IdempotencyKey, Digest: recording.Digest}
		if t.eraser.All || t.recordings[recording.Seq] {
			params.Digest = decision.ErasedDigest
			now["/digest"] = []byte(params.Digest)
		}
		if t.eraser.All {
			params.IdempotencyKey = nil
			now["/idempotency_key"] = nil
		}
		changed, err := t.row(ctx, rows[i], now)
		if err == nil && changed {
			err = translate(t.q.BlankRecording(ctx, params))
		}
		if err != nil {
			return fmt.Errorf("recording %d: %w", recording.Seq, err)
		}
	}
	return nil
}

// decisionPage bounds how many decisions are held at a time.
const decisionPage = 200

func (t *erasing) inDecisions(ctx context.Context) error {
	for after := int64(0); ; {
		decisions, err := t.q.DecisionRowsOf(ctx, sqlc.DecisionRowsOfParams{Partner: &t.erasure.Partner, After: after, PageSize: decisionPage})
		if err != nil || len(decisions) == 0 {
			return translate(err)
		}
		rows := make([]ledger.Row, len(decisions))
		for i, d := range decisions {
			rows[i] = decisionLeaf(sqlc.DecisionRowsRow(d))
			after = d.Seq
		}
		if err := withErased(ctx, t.q, ledger.Decision, rows); err != nil {
			return err
		}
		for i, d := range decisions {
			if err := t.decision(ctx, rows[i], d); err != nil {
				return fmt.Errorf("decision %d: %w", d.Seq, err)
			}
		}
	}
}

func (t *erasing) decision(ctx context.Context, row ledger.Row, d sqlc.DecisionRowsOfRow) error {
	given, err := t.eraser.Given(d.ContentJSON.Bytes())
	if err != nil {
		return err
	}
	result, err := t.eraser.Result(d.ResultJSON.Bytes())
	if err != nil {
		return err
	}
	params := sqlc.BlankDecisionParams{
		Seq: d.Seq, ResultJSON: column.JSON(result), FactsDigest: d.FactsDigest, GivenDigest: d.GivenDigest, ActorJSON: d.ActorJSON,
		RequestID: d.RequestID, TraceID: d.TraceID, Caller: d.Caller,
	}
	now := blanks{"/result": result}
	otherGiven := !bytes.Equal(given, d.ContentJSON.Bytes())
	if otherGiven {
		digest := decision.Digest(given)
		params.GivenDigest = &digest
		now["/given"], now["/given_digest"] = given, []byte(digest)
	}
	if t.eraser.All || otherGiven || t.firstFact > 0 && d.Position >= t.firstFact {
		params.FactsDigest = decision.ErasedDigest
		now["/facts_digest"] = []byte(params.FactsDigest)
	}
	if t.eraser.All {
		params.ActorJSON, params.RequestID, params.TraceID, params.Caller = "", "", "", ""
		now["/actor"], now["/request_id"], now["/trace_id"], now["/caller"] = nil, nil, nil, nil
	}
	changed, err := t.row(ctx, row, now)
	if err != nil || !changed {
		return err
	}
	if otherGiven {
		if err := keepInput(ctx, t.q, *params.GivenDigest, given); err != nil {
			return err
		}
	}
	if err := t.q.BlankDecision(ctx, params); err != nil {
		return translate(err)
	}
	if otherGiven && d.GivenDigest != nil {
		return translate(t.q.DeleteInput(ctx, *d.GivenDigest))
	}
	return nil
}

// inErasures keeps the salts of earlier erasures, which stay as they are.
func (t *erasing) inErasures(ctx context.Context) error {
	erasures, err := t.q.ErasureRowsOf(ctx, t.erasure.Partner)
	if err != nil {
		return translate(err)
	}
	rows := make([]ledger.Row, len(erasures))
	for i, erasure := range erasures {
		rows[i] = erasureLeaf(sqlc.ErasureRowsRow(erasure))
	}
	if err := withErased(ctx, t.q, ledger.ErasureKind, rows); err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := t.row(ctx, row, nil); err != nil {
			return err
		}
	}
	return nil
}

// Erasures implements ledger.Store.
func (s ledgerStore) Erasures(ctx context.Context, partner string) ([]ledger.Erasure, error) {
	rows, err := s.db.reads.Erasures(ctx, partner)
	if err != nil {
		return nil, fmt.Errorf("read the erasures of %s: %w", partner, translate(err))
	}
	erasures := make([]ledger.Erasure, len(rows))
	for i, row := range rows {
		erasures[i] = ledger.Erasure{
			Seq: row.Seq, Partner: row.Partner, Fields: ledger.Fields(row.Fields), Reason: row.Reason, By: row.ErasedBy,
			At: row.ErasedAt.Time, Values: row.N,
		}
	}
	return erasures, nil
}

// ErasedIn implements ledger.Store.
func (s ledgerStore) ErasedIn(ctx context.Context, erasure int64) ([]ledger.Erased, error) {
	rows, err := s.db.reads.ErasedIn(ctx, erasure)
	if err != nil {
		return nil, fmt.Errorf("read what erasure %d took: %w", erasure, translate(err))
	}
	values := make([]ledger.Erased, len(rows))
	for i, row := range rows {
		values[i] = ledger.Erased{
			Kind: ledger.Kind(row.Kind), Seq: row.Seq, Path: row.Path, Erasure: row.Erasure, Commitment: row.Commitment, Now: row.Now,
		}
	}
	return values, nil
}

// ErasedCount implements ledger.Store.
func (s ledgerStore) ErasedCount(ctx context.Context) (int64, error) {
	n, err := s.db.reads.ErasedCount(ctx)
	if err != nil {
		return 0, fmt.Errorf("count what was erased: %w", translate(err))
	}
	return n, nil
}

// LastErasure implements ledger.Store.
func (s ledgerStore) LastErasure(ctx context.Context) (int64, error) {
	n, err := s.db.reads.LastErasure(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the last erasure: %w", translate(err))
	}
	return n, nil
}

// markErased says of facts of a partner what was erased.
func (db *DB) markErased(ctx context.Context, partner string, facts []decision.Fact) error {
	erased, err := db.reads.ErasedFacts(ctx, partner)
	if err != nil {
		return fmt.Errorf("read what was erased of %s: %w", partner, translate(err))
	}
	if len(erased) == 0 {
		return nil
	}
	byID := make(map[string]*decision.Fact, len(facts))
	for i := range facts {
		byID[facts[i].ID] = &facts[i]
	}
	for _, e := range erased {
		if f := byID[decision.FactID(e.Seq)]; f != nil {
			if !slices.Contains(f.Erased, e.Path) {
				f.Erased = append(f.Erased, e.Path)
			}
			f.ErasedAt = e.ErasedAt.Time
		}
	}
	return nil
}

// noteErased says when values of a decision were erased last.
func (db *DB) noteErased(ctx context.Context, seq int64, d *decision.Decision) error {
	if !d.Erased() {
		return nil
	}
	erased, err := db.reads.ErasedOf(ctx, sqlc.ErasedOfParams{Kind: string(ledger.Decision), First: seq, Last: seq})
	if err != nil {
		return fmt.Errorf("read what was erased of decision %s: %w", d.ID, translate(err))
	}
	for _, e := range erased {
		if e.ErasedAt.After(d.ErasedAt) {
			d.ErasedAt = e.ErasedAt.Time
		}
	}
	return nil
}

// ErrInUse is Scrub's answer if somebody went on reading what was before.
var ErrInUse = errors.New("somebody is still reading the database as it was, so its write-ahead log could not be emptied")

// scrubTime is how long Scrub waits for readers.
const scrubTime = 30 * time.Second

// Scrub makes the file anew from what is in it, and empties the write-ahead log: nothing
// that was deleted or overwritten is left in either.
func (db *DB) Scrub(ctx context.Context) error {
	if err := patiently(ctx, db.write, vacuum); err != nil {
		return fmt.Errorf("make the database file anew: %w", explain(err))
	}
	for deadline := time.Now().Add(scrubTime); ; {
		var busy, pages, moved int64
		err := db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
		if ctx.Err() != nil {
			return ErrInUse
		}
		if err != nil {
			return fmt.Errorf("empty the write-ahead log: %w", explain(err))
		}
		if busy == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return ErrInUse
		}
		select {
		case <-ctx.Done():
			return ErrInUse
		case <-time.After(50 * time.Millisecond):
		}
	}
}
