package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/decision"
	"assay/server/ledger"
)

// eraseConfig is what erasing needs to know.
type eraseConfig struct {
	db, ledgerKey, partner, fields, reason, by string
	also                                       []string
	finish                                     bool
}

func newErase() *cobra.Command {
	var c eraseConfig
	cmd := &cobra.Command{
		Use:   "erase [BACKUP...]",
		Short: "Take what is personal about a partner out of the database, and out of backups",
		Long: `Erase takes values of one partner away: with --fields personal the keys and fields of facts
that schemas declare as personal (x-personal), wherever they were recorded, given or shown;
with --fields all every key and body of its facts, every value that its decisions show, who
asked and under which idempotency keys. Kinds of facts, days, programs, outcomes and codes
stay, and so does the partner's id: the erasure is asked for and audited by it.

The ledger still proves everything: a leaf has commitments in place of values, and these
stay while the salts go. That values were erased, why and by whom is a leaf of its own;
neither reason nor name should be personal.

Then the database file is written anew and its write-ahead log emptied, so that no byte is
left in free pages. A server may run beside it. Backups that are named are treated alike.

Exit status: 0 erased, 1 erased, but a file still has bytes of before (--finish), 2 not erased.`,
		Example: `  assay erase --db assay.db --partner acme --reason "request of 3 May" --by privacy-desk
  assay erase --db assay.db --partner acme --fields all --reason "contract ended" --by privacy-desk backups/*.db
  assay erase --db assay.db --finish`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c.also = append(c.also, args...)
			return runErase(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.db, "db", "assay.db", "SQLite database `file`")
	flags.StringVar(&c.ledgerKey, "ledger-key", "", "`file` with the key that signs the ledger (default the database file with .key)")
	flags.StringVar(&c.partner, "partner", "", "the partner's `id`")
	flags.StringVar(&c.fields, "fields", string(ledger.Personal), "personal or all")
	flags.StringVar(&c.reason, "reason", "", "`why`, for auditors")
	flags.StringVar(&c.by, "by", "", "`who` asks for it, for auditors")
	flags.StringArrayVar(&c.also, "also", nil, "backup `file` or pattern to erase from as well; repeated")
	flags.BoolVar(&c.finish, "finish", false, "erase nothing, but write the file anew and empty its write-ahead log")
	return cmd
}

// errUnfinished is about values that are gone from the tables, and perhaps not from a file.
var errUnfinished = errors.New("not finished")

func runErase(ctx context.Context, c eraseConfig, stdout, stderr io.Writer) error {
	backups, err := c.backups()
	if err != nil {
		return err
	}
	if err := existing(c.db); err != nil {
		return err
	}
	id, erasure, err := c.database(ctx, stdout)
	unfinished := errors.Is(err, errUnfinished)
	if err != nil && !unfinished {
		return err
	}
	if unfinished {
		fmt.Fprintf(stderr, "assay: %v; end what reads it, and then: assay erase --db %s --finish\n", err, c.db)
	}
	for _, file := range backups {
		switch err := c.backup(ctx, file, id, erasure, stdout); {
		case errors.Is(err, errUnfinished):
			unfinished = true
			fmt.Fprintf(stderr, "assay: %s: %v; then: assay erase --db %[1]s --finish\n", file, err)
		case err != nil:
			return fmt.Errorf("backup %s: %w", file, err)
		}
	}
	if unfinished {
		return errReported
	}
	return nil
}

// backups are the files that --also and the arguments name.
func (c eraseConfig) backups() ([]string, error) {
	if c.finish && c.partner != "" {
		return nil, errors.New("--finish erases nothing: leave --partner away")
	}
	fields := ledger.Fields(c.fields)
	switch {
	case c.finish:
	case c.partner == "" || c.reason == "" || c.by == "":
		return nil, errors.New("--partner, --reason and --by are needed: whose values, why, and who says so")
	case fields != ledger.Personal && fields != ledger.All:
		return nil, fmt.Errorf("--fields %q: want personal or all", c.fields)
	}
	var files []string
	for _, pattern := range c.also {
		found, err := filepath.Glob(pattern)
		if err == nil && len(found) == 0 {
			err = errors.New("there is no such file")
		}
		if err != nil {
			return nil, fmt.Errorf("--also %s: %w", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		if err := existing(file); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// existing keeps a misspelt name from becoming a new database.
func existing(file string) error {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", file)
	}
	return err
}

func (c eraseConfig) database(ctx context.Context, stdout io.Writer) (id ledger.Identity, e ledger.Erasure, err error) {
	store, err := db.Open(ctx, c.db)
	if err != nil {
		return id, e, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if c.finish {
		if id, err = store.Ledger().Identity(ctx); err != nil {
			return id, e, err
		}
		return id, e, scrub(ctx, store)
	}
	log, err := openLedger(ctx, store, c.db, c.ledgerKey)
	if err != nil {
		return id, e, err
	}
	e, err = erase(ctx, log, store, ledger.Erasure{Partner: c.partner, Fields: ledger.Fields(c.fields), Reason: c.reason, By: c.by})
	if errors.Is(err, decision.ErrNotFound) {
		return id, e, fmt.Errorf("nothing in %s is about a partner %q", c.db, c.partner)
	}
	if err == nil || errors.Is(err, errUnfinished) {
		fmt.Fprintf(stdout, "%s: %d values of %s erased, erasure %d\n", c.db, e.Values, c.partner, e.Seq)
	}
	return log.Identity(), e, err
}

// erase takes the values away, and then what is left of them in the files. errUnfinished
// is about the latter.
func erase(ctx context.Context, log *ledger.Log, store *db.DB, e ledger.Erasure) (ledger.Erasure, error) {
	e, err := log.Erase(ctx, e)
	if err != nil {
		return e, err
	}
	return e, scrub(ctx, store)
}

// scrubPatience is how long a request may wait for the files to be written anew.
const scrubPatience = 40 * time.Second

// erasing is erase for the API.
func erasing(log *ledger.Log, store *db.DB) func(context.Context, ledger.Erasure) (ledger.Erasure, bool, error) {
	return func(ctx context.Context, e ledger.Erasure) (done ledger.Erasure, finished bool, err error) {
		if done, err = log.Erase(ctx, e); err != nil {
			return done, false, err
		}
		ctx, cancel := context.WithTimeout(ctx, scrubPatience)
		defer cancel()
		return done, store.Scrub(ctx) == nil, nil
	}
}

func scrub(ctx context.Context, store *db.DB) error {
	if err := store.Scrub(ctx); err != nil {
		return fmt.Errorf("%w: %w", errUnfinished, err)
	}
	return nil
}

// backup erases from a backup. It has no key, so that the erasure is sealed there when a
// server is started on it, as all that came after its last checkpoint.
func (c eraseConfig) backup(ctx context.Context, file string, id ledger.Identity, e ledger.Erasure, stdout io.Writer) (err error) {
	store, err := db.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	own, err := store.Ledger().Identity(ctx)
	if err != nil {
		return err
	}
	if own != id && own != (ledger.Identity{}) {
		return fmt.Errorf("it is of another ledger, %s, and this one is %s", own.Origin, id.Origin)
	}
	if !c.finish {
		done, err := store.Ledger().Erase(ctx, e, false)
		if errors.Is(err, decision.ErrNotFound) {
			fmt.Fprintf(stdout, "%s: nothing is about %s\n", file, c.partner)
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s: %d values of %s erased\n", file, done.Values, c.partner)
	}
	return scrub(ctx, store)
}

func newBackup() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a copy of the database as it is now, without the ledger's key",
		Long: `Backup writes a copy of the database into a file that is not there yet, readable by its
owner only. A server may run beside it. The key that signs the ledger is not in it: back
it up apart. What is erased later is erased from backups with assay erase --also.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := backup(cmd.Context(), file, args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: a copy of %s\n", args[0], file)
			return err
		},
	}
	cmd.Flags().StringVar(&file, "db", "assay.db", "SQLite database `file`")
	return cmd
}

func backup(ctx context.Context, from, to string) (err error) {
	if err := existing(from); err != nil {
		return err
	}
	// Made here, so that it is nobody else's from the first byte on; SQLite fills an empty
	// file.
	made, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	if err := made.Close(); err != nil {
		return err
	}
	store, err := db.Open(ctx, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return store.Backup(ctx, to)
}
