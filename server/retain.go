package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/decision"
	"assay/server/ledger"
	"assay/server/policy"
)

// retainConfig is what removing needs to know.
type retainConfig struct {
	db, ledgerKey string
	dryRun        bool
}

func newRetain() *cobra.Command {
	var c retainConfig
	cmd := &cobra.Command{
		Use:   "retain",
		Short: "Remove decisions that need not be kept any longer",
		Long: `Retain removes the decisions that retention/data.yaml, of the revision that served last, does
not keep: by program, those older than keep_days, and those with keep_last newer ones.
Without that file nothing goes. What somebody holds (assay hold) stays, and so do facts and
the newest decision of all. A server does the same once a day.

Each decision leaves a tombstone with its leaf, so that the ledger verifies and receipts
hold. The removal is sealed as well.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRetain(cmd.Context(), c, cmd.OutOrStdout()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.db, "db", "assay.db", "SQLite database `file`")
	flags.StringVar(&c.ledgerKey, "ledger-key", "", "`file` with the key that signs the ledger (default the database file with .key)")
	flags.BoolVar(&c.dryRun, "dry-run", false, "only count what would go")
	return cmd
}

func runRetain(ctx context.Context, c retainConfig, stdout io.Writer) (err error) {
	if err := existing(c.db); err != nil {
		return err
	}
	store, err := db.Open(ctx, c.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	log, err := openLedger(ctx, store, c.db, c.ledgerKey)
	if err != nil {
		return err
	}
	last, err := store.Activations(ctx, "", 0, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return fmt.Errorf("no policies ever served from %s, so nothing says what can go", c.db)
	}
	library := &policy.Library{Archive: store, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}
	revision, err := library.Revision(ctx, last[0].Revision)
	if err != nil {
		return err
	}
	rules, err := retentionOf(revision)
	if err != nil {
		return err
	}
	if len(rules) == 0 {
		_, err := fmt.Fprintln(stdout, "the policies keep all decisions")
		return err
	}
	verb := "removed"
	if c.dryRun {
		verb = "would be removed"
	}
	return retain(ctx, log, store, rules, c.dryRun, func(program string, n int) error {
		_, err := fmt.Fprintf(stdout, "%s: %d decisions %s\n", program, n, verb)
		return err
	})
}

// retentionOf is how long the revision says that decisions are kept.
func retentionOf(revision decision.Revision) (map[string]decision.Retention, error) {
	r, ok := revision.(*policy.Revision)
	if !ok {
		return nil, nil
	}
	return r.Retention()
}

// removedAtOnce bounds how long the write lock is held.
const removedAtOnce = 200

// retain removes what the rules do not keep, program by program, a few decisions at a time.
func retain(ctx context.Context, log *ledger.Log, store *db.DB, rules map[string]decision.Retention, dryRun bool, done func(program string, n int) error) error {
	if err := log.SealAll(ctx); err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	for _, program := range slices.Sorted(maps.Keys(rules)) {
		upTo, err := store.Expired(ctx, program, rules[program], now)
		if err != nil {
			return err
		}
		some := func(int64) (int, int64, error) {
			n, err := store.Remove(ctx, program, upTo, removedAtOnce, now)
			if err == nil && n > 0 {
				err = log.SealAll(ctx)
			}
			return n, 0, err
		}
		if dryRun {
			some = func(after int64) (int, int64, error) {
				seqs, err := store.Removable(ctx, program, after, upTo, removedAtOnce)
				if len(seqs) > 0 {
					after = seqs[len(seqs)-1]
				}
				return len(seqs), after, err
			}
		}
		total := 0
		for after, n := int64(0), removedAtOnce; n == removedAtOnce && upTo > 0; total += n {
			if n, after, err = some(after); err != nil {
				return err
			}
		}
		if err := done(program, total); err != nil {
			return err
		}
	}
	return nil
}

// retaining is how often a server removes what need not be kept.
const retaining = 24 * time.Hour

// retainDaily does so at once, and then once a day, until ctx ends.
func retainDaily(ctx context.Context, log *ledger.Log, store *db.DB, revisions decision.Revisions, logger *slog.Logger) {
	for {
		rules, err := retentionOf(revisions.Current())
		if err == nil && len(rules) > 0 {
			err = retain(ctx, log, store, rules, false, func(program string, n int) error {
				if n > 0 {
					logger.Info("decisions were removed that need not be kept any longer", "program", program, "decisions", n)
				}
				return nil
			})
		}
		if err != nil && ctx.Err() == nil {
			logger.Error("what need not be kept any longer could not be removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retaining):
		}
	}
}

// inBackground runs f until the function that it gives is called, which waits for its end.
func inBackground(ctx context.Context, f func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func newHold() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hold",
		Short: "Keep decisions from being removed, whatever their age",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newHoldAdd(), newHoldRelease(), newHoldList())
	return cmd
}

func newHoldAdd() *cobra.Command {
	var file, reason, by string
	cmd := &cobra.Command{
		Use:     "add partner|program|decision NAME",
		Short:   "Hold all decisions about a partner, all of a program, or one",
		Example: `  assay hold add partner acme --reason "case 12" --by legal`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			h := decision.Hold{Scope: decision.Scope(args[0]), Name: args[1], Reason: reason, By: by, At: time.Now()}
			if !slices.Contains([]decision.Scope{decision.HoldPartner, decision.HoldProgram, decision.HoldDecision}, h.Scope) {
				return fmt.Errorf("%q cannot be held: want partner, program or decision", args[0])
			}
			return holding(cmd.Context(), file, reason, by, func(store *db.DB) error {
				kept, err := store.Hold(cmd.Context(), h)
				if err == nil {
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "hold %d: %s %s\n", kept.Seq, kept.Scope, kept.Name)
				}
				return err
			})
		},
	}
	holdFlags(cmd, &file, &reason, &by)
	return cmd
}

func newHoldRelease() *cobra.Command {
	var file, reason, by string
	cmd := &cobra.Command{
		Use:   "release NUMBER",
		Short: "End a hold",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return fmt.Errorf("%q is no number of a hold; assay hold list names them", args[0])
			}
			return holding(cmd.Context(), file, reason, by, func(store *db.DB) error {
				err := store.Release(cmd.Context(), number, reason, by, time.Now())
				if errors.Is(err, decision.ErrNotFound) {
					return fmt.Errorf("no hold %d is in force", number)
				}
				return err
			})
		},
	}
	holdFlags(cmd, &file, &reason, &by)
	return cmd
}

func holdFlags(cmd *cobra.Command, file, reason, by *string) {
	cmd.Flags().StringVar(file, "db", "assay.db", "SQLite database `file`")
	cmd.Flags().StringVar(reason, "reason", "", "`why`, for auditors")
	cmd.Flags().StringVar(by, "by", "", "`who` says so, for auditors")
}

// holding opens the database for a change of holds. A server that runs beside seals it, or
// the next one that starts.
func holding(ctx context.Context, file, reason, by string, change func(*db.DB) error) (err error) {
	if reason == "" || by == "" {
		return errors.New("--reason and --by are needed: why, and who says so")
	}
	if err := existing(file); err != nil {
		return err
	}
	store, err := db.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return change(store)
}

func newHoldList() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the holds in force",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			store, err := db.OpenReadOnly(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			holds, err := store.Holds(cmd.Context())
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, h := range holds {
				fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", h.Seq, h.Scope, h.Name, decision.DayOf(h.At), h.By, h.Reason)
			}
			return table.Flush()
		},
	}
	cmd.Flags().StringVar(&file, "db", "assay.db", "SQLite database `file`; it is only read")
	return cmd
}
