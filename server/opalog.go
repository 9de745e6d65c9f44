package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"assay/db"
	"assay/server/decision"
	"assay/server/opalog"
	"assay/server/policy"
)

func newOPALog() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "opa-log",
		Short: "The decision log in OPA's format",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newOPALogExport())
	return cmd
}

func newOPALogExport() *cobra.Command {
	var file, from, to string
	var folders []string
	var noMask bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the decision log as events of OPA's, one a line",
		Long: `Export writes every decision of the log, oldest first, as OPA writes the events of its
own decision log (EventV1), one JSON object a line. The database is only read; a
server may be running on it.

What the rule system.log.mask of the policies names is left out: of those that served
last from the database, or of --policies. A decision that cannot be masked ends the
export with an error; nothing leaves unmasked unless --no-mask says so.

Exit status: 0 all written, 2 not.`,
		Example: `  assay opa-log export --db assay.db > decisions.ndjson
  assay opa-log export --db assay.db --from 2026-03-01 --to 2026-04-01 | gzip > march.ndjson.gz`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bounds, err := parseBounds(from, to)
			if err != nil {
				return err
			}
			return exportOPALog(cmd, file, bounds, folders, noMask)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "db", "assay.db", "SQLite database `file`; it is only read")
	flags.StringVar(&from, "from", "", "first `instant`, RFC 3339, or day, of decisions to write (default the first decision)")
	flags.StringVar(&to, "to", "", "`instant` or day to stop before (default the last decision)")
	flags.StringArrayVar(&folders, "policies", nil, "`folder` or bundle whose mask counts, repeated for overlays (default the policies that served last)")
	flags.BoolVar(&noMask, "no-mask", false, "mask nothing: personal data leaves")
	return cmd
}

// parseBounds reads the two ends of a span of time, either of which may be missing.
func parseBounds(from, to string) (bounds [2]time.Time, err error) {
	for i, end := range []struct{ flag, value string }{{"--from", from}, {"--to", to}} {
		if end.value == "" {
			continue
		}
		if bounds[i], err = time.Parse(time.RFC3339Nano, end.value); err == nil {
			continue
		}
		if bounds[i], err = time.Parse(time.DateOnly, end.value); err != nil {
			return bounds, fmt.Errorf("%s %s: want a day, 2026-03-01, or an instant, 2026-03-01T09:30:00Z", end.flag, end.value)
		}
	}
	if from != "" && to != "" && !bounds[1].After(bounds[0]) {
		return bounds, errors.New("--to must be after --from")
	}
	return bounds, nil
}

func exportOPALog(cmd *cobra.Command, file string, bounds [2]time.Time, folders []string, noMask bool) (err error) {
	ctx := cmd.Context()
	store, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	maker, err := newMaker(ctx, store)
	if err != nil {
		return err
	}
	if !noMask {
		revision, err := maskingRevision(ctx, store, folders)
		if errors.Is(err, decision.ErrNotFound) {
			return nil // nothing ever served, so nothing was decided
		}
		if err != nil {
			return err
		}
		maker.Mask = revision.Mask
	}
	return opalog.Export(ctx, cmd.OutOrStdout(), store, maker, bounds[0], bounds[1])
}

// maskingRevision is that of the folders, or the one that served last.
func maskingRevision(ctx context.Context, store *db.DB, folders []string) (*policy.Revision, error) {
	if len(folders) > 0 {
		return loadPolicies(ctx, folders)
	}
	last, err := store.LastActivation(ctx)
	if err != nil {
		return nil, err
	}
	files, err := store.RevisionFiles(ctx, last.Revision)
	if err != nil {
		return nil, err
	}
	return policy.Reload(ctx, files)
}

// newMaker makes events of the decisions in the database, and masks nothing yet.
func newMaker(ctx context.Context, store *db.DB) (*opalog.Maker, error) {
	id, err := store.Ledger().Identity(ctx)
	if err != nil {
		return nil, err
	}
	return &opalog.Maker{Facts: store, Input: policy.Input, Labels: map[string]string{"id": id.Origin, "version": version()}}, nil
}

// opaLogConfig says where the decision log is pushed to.
type opaLogConfig struct {
	url, tokenFile, from string
}

func (c *opaLogConfig) flags(flags *pflag.FlagSet) {
	flags.StringVar(&c.url, "opa-log-url", "", "`URL` of a sink for OPA's decision logs; every decision is pushed to its /logs, masked")
	flags.StringVar(&c.tokenFile, "opa-log-token-file", "", "`file` with the bearer token for the sink; read for each upload")
	flags.StringVar(&c.from, "opa-log-from", "start", "what a sink gets that was never pushed to: start, the whole log, or now, what comes from now on")
}

func (c *opaLogConfig) check() (err error) {
	switch {
	case c.from != "start" && c.from != "now":
		return fmt.Errorf("--opa-log-from %q: want start or now", c.from)
	case c.url == "" && c.tokenFile != "":
		return errors.New("--opa-log-token-file needs --opa-log-url")
	case c.url == "":
		return nil
	}
	if c.url, err = opalog.ParseURL(c.url); err != nil {
		return fmt.Errorf("--opa-log-url %w", err)
	}
	if _, err := c.token(); err != nil {
		return err
	}
	return nil
}

// token reads the file anew, so that tokens can be replaced while the server runs.
func (c *opaLogConfig) token() (string, error) {
	if c.tokenFile == "" {
		return "", nil
	}
	content, err := os.ReadFile(c.tokenFile)
	if err != nil {
		return "", fmt.Errorf("--opa-log-token-file: %w", err)
	}
	token := strings.TrimSpace(string(content))
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("--opa-log-token-file: the file must hold one token")
	}
	return token, nil
}

// open prepares the push, nil if there is nowhere to push to.
func (c *opaLogConfig) open(ctx context.Context, store *db.DB, library *policy.Library, logger *slog.Logger) (*opalog.Pusher, error) {
	if c.url == "" {
		return nil, nil
	}
	maker, err := newMaker(ctx, store)
	if err != nil {
		return nil, err
	}
	maker.Mask = library.Mask
	p := &opalog.Pusher{
		Log: store, Positions: store, Maker: maker, URL: c.url, Token: c.token,
		Timeout: opalog.DefaultTimeout, Every: opalog.DefaultEvery, First: opalog.DefaultFirst, Most: opalog.DefaultMost,
		Now: time.Now, Logger: logger,
	}
	return p, p.Open(ctx, c.from == "now")
}
