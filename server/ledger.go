package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/ledger"
)

// openLedger opens the ledger of the database with its key, and makes both on the first
// start. Without the key that signed so far nothing can be added that belongs to it.
func openLedger(ctx context.Context, store *db.DB, database, file string) (*ledger.Log, error) {
	if file == "" {
		file = database + ".key"
	}
	id, err := store.Ledger().Identity(ctx)
	if err != nil {
		return nil, err
	}
	key, err := ledger.ReadKey(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && id == ledger.Identity{}:
		key, err = ledger.MakeKey(file)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the key that signs the ledger is not there: put %s back (its public key is %s), or name it with --ledger-key", file, id.Verifier)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of the ledger: %w", err)
	}
	log, err := ledger.Open(ctx, store.Ledger(), key, time.Now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return log, nil
}

// lastSeal is how long a server that ends goes on sealing. What it leaves, the next one
// seals.
const lastSeal = 10 * time.Second

// sealing seals in the background until the function that it gives is called, which seals
// the rest.
func sealing(ctx context.Context, log *ledger.Log, logger *slog.Logger) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		log.Run(ctx, logger)
	}()
	return func() {
		cancel()
		<-done
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastSeal)
		defer stop()
		if err := log.SealAll(last); err != nil {
			logger.Error("the end of the log is not sealed; the next start seals it", "error", err)
		}
	}
}

func newLedger() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Verify that nothing kept was changed or taken away, and take the proof elsewhere",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLedgerVerify(), newLedgerExport(), newLedgerKey())
	return cmd
}

// verifyConfig is what verifying needs to know.
type verifyConfig struct {
	db, export, key string
	checkpoints     []string
	json            bool
}

func newLedgerVerify() *cobra.Command {
	var c verifyConfig
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compute the tree from the rows again, and hold it against what was signed",
		Long: `Verify computes every leaf of the ledger from its row again, every node from the leaves,
and holds the trees that come out against every signed checkpoint. A row that was changed,
deleted, put in between or moved is named, and so is a node of the tree, a file of a
revision or a checkpoint. The database is only read; a server may run beside it.

Whoever has the file and the key can rewrite all of it. Against that, keep checkpoints
elsewhere (GET /v1/ledger/checkpoint) and bring them: --checkpoint. Likewise the public
key: --key.

With --export the files of an export are verified, and nothing else is needed.

Exit status: 0 intact and complete, 1 not, 2 not verified.`,
		Example: `  assay ledger verify --db assay.db
  assay ledger verify --db assay.db --key assay.pub --checkpoint january.txt --checkpoint june.txt
  assay ledger verify --export 2026 --key assay.pub`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return verifyLedger(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.db, "db", "assay.db", "SQLite database `file`; it is only read")
	flags.StringVar(&c.export, "export", "", "`folder` with an export, to verify in place of a database")
	flags.StringVar(&c.key, "key", "", "public `key` from a safe place, or a file with it (default what the database or the export says)")
	flags.StringArrayVar(&c.checkpoints, "checkpoint", nil, "`file` with a checkpoint that was kept elsewhere; repeated")
	flags.BoolVar(&c.json, "json", false, "write JSON")
	return cmd
}

func verifyLedger(ctx context.Context, c verifyConfig, stdout, stderr io.Writer) (err error) {
	verifier, err := readVerifier(c.key)
	if err != nil {
		return err
	}
	what := ledger.Verification{Verifier: verifier}
	for _, name := range c.checkpoints {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("--checkpoint: %w", err)
		}
		what.Witnessed = append(what.Witnessed, ledger.Witness{Name: name, Note: string(text)})
	}
	report := newFindings(c.json, stdout)
	what.Found = report.add
	var verdict ledger.Verdict
	if c.export != "" {
		verdict, err = ledger.VerifyExport(ctx, os.DirFS(c.export), what)
	} else {
		verdict, err = verifyDatabase(ctx, c.db, what, stderr)
	}
	if err != nil {
		return err
	}
	if err := report.end(verdict, c.export == ""); err != nil {
		return err
	}
	if !verdict.Intact || !verdict.Complete {
		return errReported
	}
	return nil
}

// readVerifier reads what --key names: a public key, or a file with it.
func readVerifier(key string) (string, error) {
	text, err := os.ReadFile(key)
	switch {
	case key == "":
		return "", nil
	case err != nil && !strings.Contains(key, "+"):
		return "", fmt.Errorf("--key: %w", err)
	case err != nil:
		text = []byte(key)
	}
	verifier := strings.TrimSpace(string(text))
	if err := ledger.CheckKey(verifier); err != nil {
		return "", fmt.Errorf("--key %s: it is no public key: %w", key, err)
	}
	return verifier, nil
}

func verifyDatabase(ctx context.Context, file string, what ledger.Verification, stderr io.Writer) (verdict ledger.Verdict, err error) {
	store, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return verdict, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	log, err := ledger.OpenToRead(ctx, store.Ledger())
	if err != nil {
		return verdict, err
	}
	bar, err := ledgerProgress(ctx, log, stderr)
	if err != nil {
		return verdict, err
	}
	defer bar.end()
	what.Progress = func(leaves int64) { bar.set(int(leaves)) }
	return log.Verify(ctx, what)
}

func ledgerProgress(ctx context.Context, log *ledger.Log, w io.Writer) (*progress, error) {
	return newProgress(w, time.Now, func() (int, error) {
		status, err := log.Status(ctx)
		return int(status.Size), err
	})
}

// maxListed bounds how many findings are listed; all are counted.
const maxListed = 1000

// findings writes what is found as it is found, or all at the end as JSON.
type findings struct {
	w      io.Writer
	asJSON bool
	count  int
	list   []ledger.Finding
}

func newFindings(asJSON bool, w io.Writer) *findings {
	return &findings{w: w, asJSON: asJSON, list: []ledger.Finding{}}
}

func (f *findings) add(found ledger.Finding) {
	if f.count++; f.count > maxListed {
		return
	}
	if f.asJSON {
		f.list = append(f.list, found)
		return
	}
	fmt.Fprintf(f.w, "%s: %s: %s\n", found.What, found.Place, found.Detail)
}

// end tells the verdict; an export has no rows to tell about.
func (f *findings) end(v ledger.Verdict, rows bool) error {
	if f.asJSON {
		enc := json.NewEncoder(f.w)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			ledger.Verdict
			Listed []ledger.Finding `json:"listed"`
		}{v, f.list})
	}
	if more := f.count - maxListed; more > 0 {
		fmt.Fprintf(f.w, "and %d more\n", more)
	}
	fmt.Fprintf(f.w, "%s: %d leaves, %d checkpoints\n", v.Origin, v.Size, v.Checkpoints)
	witness := " (its own word; --key holds it against yours)"
	if v.KeyWitnessed {
		witness = ""
	}
	fmt.Fprintf(f.w, "key: %s%s\n", v.Verifier, witness)
	integrity, completeness := "intact, all that was sealed is as it was", "nothing that was sealed is gone, and no number is missing among the rows"
	if !rows {
		integrity, completeness = "intact, leaves and tree are as they were signed", "every leaf that the checkpoint covers is there"
	}
	if !v.Intact {
		integrity = "VIOLATED"
	}
	if !v.Complete {
		completeness = "NOT COMPLETE, something is missing, as the findings say"
	}
	fmt.Fprintf(f.w, "integrity: %s\n", integrity)
	if v.Removed > 0 {
		fmt.Fprintf(f.w, "removed: %d decisions, on the word of sealed removals; their leaves are as they were\n", v.Removed)
	}
	if v.Erased > 0 {
		fmt.Fprintf(f.w, "erased: %d values, on the word of sealed erasures; what stood there is not known any more\n", v.Erased)
	}
	end := "; that the end was not cut off is not shown without a checkpoint from elsewhere (--checkpoint)"
	if v.WitnessedSize > 0 {
		end = fmt.Sprintf("; your checkpoints cover %d leaves", v.WitnessedSize)
	}
	if rows {
		end += "; " + unsealed(v)
	}
	_, err := fmt.Fprintf(f.w, "completeness: %s%s\n", completeness, end)
	return err
}

// unsealed tells which rows nothing protects yet.
func unsealed(v ledger.Verdict) string {
	if v.Unsealed == 0 {
		return "every row is sealed"
	}
	names := make([]string, len(v.UnsealedRows))
	for i, span := range v.UnsealedRows {
		names[i] = span.String()
	}
	are := "rows are"
	if v.Unsealed == 1 {
		are = "row is"
	}
	return fmt.Sprintf("%d %s not sealed yet: %s", v.Unsealed, are, strings.Join(names, ", "))
}

func newLedgerExport() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write the tree, its leaves and the public key into a folder",
		Long: `Export writes what the newest checkpoint covers into an empty folder, as a static log in
the formats of C2SP (tlog-tiles). Leaves have codes, days and names of partners, and commitments in place
of values that may be personal. With ledger verify --export it can be verified anywhere.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return exportLedger(cmd.Context(), file, args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&file, "db", "assay.db", "SQLite database `file`; it is only read")
	return cmd
}

func exportLedger(ctx context.Context, file, dir string, stdout, stderr io.Writer) (err error) {
	store, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	log, err := ledger.OpenToRead(ctx, store.Ledger())
	if err != nil {
		return err
	}
	bar, err := ledgerProgress(ctx, log, stderr)
	if err != nil {
		return err
	}
	written, err := log.Export(ctx, dir, func(leaves int64) { bar.set(int(leaves)) })
	bar.end()
	if err != nil {
		return fmt.Errorf("export to %s: %w", dir, err)
	}
	_, err = fmt.Fprintf(stdout, "%s: %d leaves in %s\n", log.Identity().Origin, written.Size, dir)
	return err
}

func newLedgerKey() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Write the public key that checkpoints are signed with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			store, err := db.OpenReadOnly(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			log, err := ledger.OpenToRead(cmd.Context(), store.Ledger())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), log.Identity().Verifier)
			return err
		},
	}
	cmd.Flags().StringVar(&file, "db", "assay.db", "SQLite database `file`; it is only read")
	return cmd
}
