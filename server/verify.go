package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/decision"
	"assay/server/policy"
	"assay/server/replay"
)

// replayConfig is what verifying the log needs to know.
type replayConfig struct {
	db, resume string
	all, json  bool
	sample     int
}

func newVerify() *cobra.Command {
	var c replayConfig
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Ask logged decisions again and hold what comes out against the log",
		Long: `Verify walks the decision log from its beginning. Each decision is asked again: the same
question, of the revision that decided, on the facts that were known then. Outcome,
result and digests must come out again, byte for byte, and every revision that served
must still be the tree that its digest names. What the search index has for a decision must
be the findings of its result, and at the end of a whole walk the counts are made anew and
compared. What does not agree is named, and the rest is verified all the same. The
database is only read; a server may be using it.

With --resume the place in the log and the counts are kept in a file, so that the next
run goes on where this one ended or was interrupted, and later sees only what is new. A run
that goes on, and one with --sample, does not count anew.

Exit status: 0 all came out again, 1 something did not, 2 not verified.`,
		Example: `  assay verify --db assay.db                        the whole log
  assay verify --db assay.db --resume verified.json  what is new since the last run
  assay verify --db assay.db --sample 1000 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return verify(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.db, "db", "assay.db", "SQLite database `file`; it is only read")
	flags.BoolVar(&c.all, "all", false, "the whole log, as without --sample")
	flags.IntVar(&c.sample, "sample", 0, "only `N` decisions from anywhere in the log")
	flags.StringVar(&c.resume, "resume", "", "go on from the place that is kept in the `file`, and keep it there")
	flags.BoolVar(&c.json, "json", false, "print what was found as JSON")
	cmd.MarkFlagsMutuallyExclusive("all", "sample")
	cmd.MarkFlagsMutuallyExclusive("resume", "sample")
	return cmd
}

// verification is how far verifying has come; it is what --resume keeps.
type verification struct {
	// Seq and DecisionID are of the last decision that was verified.
	Seq        int64  `json:"seq"`
	DecisionID string `json:"decision_id"`
	Verified   int64  `json:"verified"`
	Differing  int64  `json:"differing"`
	// Erased are those of which values were erased, so that they were not asked again.
	Erased int64 `json:"erased"`
	// Misindexed are those for which the search index does not have their findings.
	Misindexed int64 `json:"misindexed"`
}

func verify(ctx context.Context, c replayConfig, stdout, stderr io.Writer) (err error) {
	if c.sample < 0 {
		return errors.New("--sample must not be negative")
	}
	store, err := db.OpenReadOnly(ctx, c.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	done, err := c.begin(ctx, store)
	if err != nil {
		return err
	}
	report := newVerifyReport(c.json, stdout)
	trees, err := verifyRevisions(ctx, store, report)
	if err != nil {
		return err
	}
	whole := c.sample == 0 && done.Seq == 0
	if err := c.decisions(ctx, store, &done, report, stderr); err != nil {
		return err
	}
	var counts *countsVerified
	if whole {
		if counts, err = verifyCounts(ctx, store, report); err != nil {
			return err
		}
	}
	if err := report.end(trees, done, counts); err != nil {
		return err
	}
	if trees.Differing+done.Differing+done.Misindexed > 0 || counts != nil && counts.Differing > 0 {
		return errReported
	}
	return nil
}

// begin reads how far the last run came. The file must be of this database.
func (c replayConfig) begin(ctx context.Context, store *db.DB) (done verification, err error) {
	if c.resume == "" {
		return done, nil
	}
	raw, err := os.ReadFile(c.resume)
	if errors.Is(err, fs.ErrNotExist) {
		return done, nil
	}
	if err != nil {
		return done, err
	}
	if err := json.Unmarshal(raw, &done); err != nil {
		return done, fmt.Errorf("--resume %s: %w", c.resume, err)
	}
	if done.Seq == 0 {
		return done, nil
	}
	seq, id, err := store.NextDecision(ctx, done.Seq-1)
	there := err == nil && seq == done.Seq && id == done.DecisionID
	if err == nil && !there { // it may have been removed since
		var place int64
		place, err = store.Ledger().DecisionSeq(ctx, done.DecisionID)
		there = err == nil && place == done.Seq
	}
	if errors.Is(err, decision.ErrNotFound) || err == nil && !there {
		return done, fmt.Errorf("--resume %s: decision %s is not at place %d of %s: the file is of another database, or the log was changed", c.resume, done.DecisionID, done.Seq, c.db)
	}
	return done, err
}

// keep writes how far it came, whole or not at all.
func (c replayConfig) keep(done verification) error {
	if c.resume == "" {
		return nil
	}
	return writeTo(c.resume, nil, func(w io.Writer) error { return json.NewEncoder(w).Encode(done) })
}

// keepEvery is how often the place in the log is kept.
const keepEvery = time.Second

// decisions verifies those after the place that is kept, up to the end of the log as it
// is now: a server may go on deciding.
func (c replayConfig) decisions(ctx context.Context, store *db.DB, done *verification, report *verifyReport, stderr io.Writer) (err error) {
	last, err := store.LastDecision(ctx)
	if err != nil {
		return err
	}
	after, count := done.Seq, last-done.Seq
	entries := func(ctx context.Context) iter.Seq2[replay.Entry, error] { return replay.All(ctx, store, after, last) }
	if c.sample > 0 {
		count = min(last, int64(c.sample))
		entries = func(ctx context.Context) iter.Seq2[replay.Entry, error] {
			return replay.Sample(ctx, store, last, c.sample)
		}
	}
	bar, err := newProgress(stderr, time.Now, func() (int, error) { return int(count), nil })
	if err != nil {
		return err
	}
	defer bar.end()
	defer func() { err = errors.Join(err, c.keep(*done)) }()
	kept, n := time.Now(), 0
	index := &indexCheck{store: store, upto: after, last: last, sample: c.sample > 0}
	if after == 0 {
		index.upto = math.MinInt64
	}
	revisions := &keptRevisions{library: &policy.Library{Archive: store, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}}
	err = replay.Run(ctx, revisions, store, entries, func(r replay.Result) error {
		done.Seq, done.DecisionID = r.Seq, r.Decision.ID
		done.Verified++
		n++
		switch {
		case r.Erased():
			done.Erased++
		case !r.Equal():
			done.Differing++
			bar.end()
			if err := report.differs(r); err != nil {
				return err
			}
		}
		misindexed, err := index.check(ctx, r)
		if err != nil {
			return err
		}
		for _, m := range misindexed {
			done.Misindexed++
			bar.end()
			if err := report.write(m); err != nil {
				return err
			}
		}
		bar.set(n)
		if time.Since(kept) < keepEvery {
			return nil
		}
		kept = time.Now()
		return c.keep(*done)
	})
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted after %d decisions", n)
	}
	return err
}

// keptRevisions compiles the revisions of the log, and remembers those that cannot be: all
// decisions of such a one ask for it.
type keptRevisions struct {
	library *policy.Library
	broken  sync.Map
}

func (k *keptRevisions) Revision(ctx context.Context, digest string) (decision.Revision, error) {
	if err, ok := k.broken.Load(digest); ok {
		return nil, err.(error)
	}
	r, err := k.library.Revision(ctx, digest)
	if err != nil && ctx.Err() == nil {
		k.broken.Store(digest, err)
	}
	return r, err
}

// revisionsVerified counts policy trees.
type revisionsVerified struct {
	Verified  int64 `json:"verified"`
	Differing int64 `json:"differing"`
}

// verifyRevisions recomputes the digest of every tree that served.
func verifyRevisions(ctx context.Context, store *db.DB, report *verifyReport) (n revisionsVerified, err error) {
	whole := intact(store)
	var seen []string
	for before := int64(0); ; {
		const page = 200
		activations, err := store.Activations(ctx, "", before, page)
		if err != nil {
			return n, err
		}
		for _, a := range activations {
			before = a.Seq
			if slices.Contains(seen, a.Revision) {
				continue
			}
			seen = append(seen, a.Revision)
			n.Verified++
			err := whole(ctx, a.Revision)
			if errors.Is(err, decision.ErrUnreadable) || errors.Is(err, decision.ErrNotFound) {
				n.Differing++
				err = report.revision(a.Revision, err)
			}
			if err != nil {
				return n, err
			}
		}
		if len(activations) < page {
			return n, nil
		}
	}
}

// verifyReport writes what is found as it is found, so that the memory it takes does not
// depend on how much that is.
type verifyReport struct {
	w     io.Writer
	json  bool
	found bool
}

func newVerifyReport(asJSON bool, w io.Writer) *verifyReport {
	return &verifyReport{w: w, json: asJSON}
}

// mismatch is one thing that does not come out again.
type mismatch struct {
	DecisionID string `json:"decision_id,omitempty"`
	Seq        int64  `json:"seq,omitempty"`
	Revision   string `json:"revision,omitempty"`
	// Count names a count of the statistics.
	Count       string                `json:"count,omitempty"`
	Differences []decision.Difference `json:"differences"`
}

func (r *verifyReport) revision(digest string, err error) error {
	return r.write(mismatch{Revision: digest, Differences: []decision.Difference{{Part: decision.PartRevision, Replayed: err.Error()}}})
}

func (r *verifyReport) differs(result replay.Result) error {
	return r.write(mismatch{
		DecisionID: result.Decision.ID, Seq: result.Seq, Revision: result.Decision.Revision, Differences: result.Differences,
	})
}

func (r *verifyReport) write(m mismatch) error {
	if r.json {
		raw, err := json.Marshal(m)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(r.w, "%s%s", r.separator(), raw)
		return err
	}
	name := "revision " + m.Revision
	switch {
	case m.Count != "":
		name = m.Count
	case m.DecisionID != "":
		name = fmt.Sprintf("decision %s (%d)", m.DecisionID, m.Seq)
	case m.Revision == "":
		name = fmt.Sprintf("decision (%d)", m.Seq)
	}
	for _, d := range m.Differences {
		if _, err := fmt.Fprintf(r.w, "%s: %s\n", name, d); err != nil {
			return err
		}
	}
	return nil
}

// separator is what comes before a mismatch in the list.
func (r *verifyReport) separator() string {
	if r.found {
		return ",\n  "
	}
	r.found = true
	return "{\"mismatches\": [\n  "
}

func (r *verifyReport) end(trees revisionsVerified, done verification, counts *countsVerified) error {
	if !r.json {
		erased := ""
		if done.Erased > 0 {
			erased = fmt.Sprintf("; of %d more values were erased", done.Erased)
		}
		recounted := "the counts were not made anew"
		if counts != nil {
			recounted = fmt.Sprintf("of the counts %d are not what counting anew gives", counts.Differing)
		}
		_, err := fmt.Fprintf(r.w, "%d of %d decisions came out again%s; %d of %d revisions are whole\n"+
			"the search index is not that of the results for %d decisions; %s\n",
			done.Verified-done.Differing-done.Erased, done.Verified-done.Erased, erased, trees.Verified-trees.Differing, trees.Verified,
			done.Misindexed, recounted)
		return err
	}
	raw, err := json.Marshal(struct {
		Decisions verification      `json:"decisions"`
		Revisions revisionsVerified `json:"revisions"`
		// Counts are nil if they were not made anew.
		Counts *countsVerified `json:"counts"`
	}{done, trees, counts})
	if err != nil {
		return err
	}
	opening := "\n],\n"
	if !r.found {
		opening = "{\"mismatches\": [],\n"
	}
	_, err = fmt.Fprintf(r.w, "%s%s\n", opening, raw[1:])
	return err
}

// newWatch asks decisions of the log again while the server runs.
func newWatch(store *db.DB, service *decision.Service, logger *slog.Logger) *replay.Watch {
	return &replay.Watch{
		Store: store, Revisions: service.Revisions, Intact: intact(store), Note: service.Replays.Note, Logger: logger,
	}
}

// intact tells whether the tree that is kept under a digest is that tree.
func intact(store *db.DB) func(ctx context.Context, digest string) error {
	return func(ctx context.Context, digest string) error {
		files, err := store.RevisionFiles(ctx, digest)
		if err != nil {
			return err
		}
		if got := policy.Tree(files).Digest(); got != digest {
			return fmt.Errorf("revision %s: %w: its files have the digest %s", digest, decision.ErrUnreadable, got)
		}
		return nil
	}
}
