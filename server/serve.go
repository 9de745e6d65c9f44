package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/api"
	"assay/server/decision"
	"assay/server/policy"
)

// config is what serving needs to know.
type config struct {
	addr        string
	allowRemote bool
	db          string
	policies    []string
	demo        bool
	ledgerKey   string
	bodyLimit   int64
	verifyEvery time.Duration
	logFormat   string
	opaLog      opaLogConfig
}

func newServe() *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "assay",
		Short: "Decide, explain and remember whether a partner meets a program's requirements",
		Long: `Assay decides whether a partner meets the requirements of a program, explains the
decision requirement by requirement, and keeps it in a log.

Without a command it serves the HTTP API, with an embedded SQLite database and the
policies that it carries. If there is a folder ./policies, it uses that one instead
and follows every change in it: a tree that does not parse, does not type-check or
fails its own tests never serves, and the last good one goes on.

The API document is at /openapi.yaml, a page to try it at /docs.`,
		Example: `  assay --demo                              a new database with partners to ask about
  assay --db /var/lib/assay/assay.db        keep the database there
  assay decide facts.json --lang it         decide offline, for a person to read
  assay check                               hold the policies against all their rules`,
		Args:          knownCommand,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 picks a free one")
	flags.BoolVar(&c.allowRemote, "allow-remote", false, "allow an --addr, and a Host, that other machines can reach; there is no authentication yet")
	flags.StringVar(&c.db, "db", "assay.db", "SQLite database `file`, made if it does not exist")
	policiesFlag(flags, &c.policies)
	flags.StringVar(&c.ledgerKey, "ledger-key", "", "`file` with the key that signs the ledger, made on the first start (default the database file with .key)")
	flags.BoolVar(&c.demo, "demo", false, "record demonstration partners, if the database has no partners yet")
	flags.Int64Var(&c.bodyLimit, "body-limit", api.DefaultBodyLimit, "most `bytes` of a request body")
	flags.DurationVar(&c.verifyEvery, "verify-every", time.Second, "`time` from one logged decision that is asked again in the background to the next; 0 for none")
	flags.StringVar(&c.logFormat, "log-format", "text", "text or json, on standard error")
	c.opaLog.flags(flags)
	cmd.SetHelpTemplate(cmd.HelpTemplate() + `
Every flag can be set in the environment too: --db as ASSAY_DB, --log-format as
ASSAY_LOG_FORMAT. A flag wins over the environment. ASSAY_POLICIES takes several
folders with the separator of PATH between them.
`)
	return cmd
}

func serve(ctx context.Context, c config, stdout, stderr io.Writer) (err error) {
	logger, err := newLogger(c.logFormat, stderr)
	if err != nil {
		return err
	}
	if err := checkAddr(c.addr, c.allowRemote); err != nil {
		return err
	}
	if c.verifyEvery < 0 {
		return errors.New("--verify-every must not be negative")
	}
	if err := c.opaLog.check(); err != nil {
		return err
	}
	// First, so that a second server on the same address leaves no trace.
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return fmt.Errorf("%w; --addr picks another address", err)
	}
	defer listener.Close()
	store, err := db.Open(ctx, c.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	sealed, err := openLedger(ctx, store, c.db, c.ledgerKey)
	if err != nil {
		return err
	}

	library, dirs, err := openLibrary(c.policies, store, logger)
	if err != nil {
		return err
	}
	library.Measure = measuring(store)
	if err := library.Reload(ctx); err != nil {
		return fmt.Errorf("the policies in %s cannot serve:\n%w", library.Name, err)
	}
	service := &decision.Service{Revisions: library, Store: store, Now: time.Now, NewID: newID}
	demoPartner := ""
	if c.demo {
		if demoPartner, err = recordDemo(ctx, service, logger); err != nil {
			return fmt.Errorf("record the demonstration: %w", err)
		}
	}

	pusher, err := c.opaLog.open(ctx, store, library, logger)
	if err != nil {
		return err
	}
	answering := api.Config{
		Service: service, Ledger: sealed, Erase: erasing(sealed, store), Evidence: newPacker(sealed, store, library).Pack, Ping: store.Ping, Logger: logger, BodyLimit: c.bodyLimit, LoopbackOnly: !c.allowRemote,
		Candidate: policy.Candidate, RenderReport: renderReport(library), Between: policy.Between,
	}
	if pusher != nil {
		answering.Sink = pusher.Status
	}
	server := &http.Server{
		Handler:           api.New(answering),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	defer sealing(ctx, sealed, logger)()
	defer inBackground(ctx, func(ctx context.Context) { retainDaily(ctx, sealed, store, library, logger) })()
	greet(stdout, "http://"+listener.Addr().String(), demoPartner)
	return untilDone(ctx, server, listener, func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		if c.verifyEvery > 0 {
			running.Go(func() { newWatch(store, service, logger).Run(ctx, c.verifyEvery) })
		}
		if pusher != nil {
			running.Go(func() { pusher.Run(ctx) })
		}
		return library.Watch(ctx, dirs...)
	})
}

func greet(w io.Writer, url, demoPartner string) {
	fmt.Fprintf(w, "Assay is listening on %s (try it at %s/docs)\n", url, url)
	if demoPartner != "" {
		fmt.Fprintf(w, `
Ask for a decision:

  curl -s %s/v1/decisions -H 'Content-Type: application/json' \
    -d '{"program": "csp.direct_bill.enrollment", "partner": "%s"}'

The other partners: curl -s %s/v1/partners
`, url, demoPartner, url)
	}
}

// untilDone serves and watches until ctx ends, and then lets requests under way
// finish.
func untilDone(ctx context.Context, server *http.Server, listener net.Listener, watch func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 2)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if err := watch(ctx); err != nil {
			failed <- err
		}
	}()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	cancel()
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	err = errors.Join(err, server.Shutdown(last))
	<-watched
	return err
}

// checkAddr keeps a service without authentication from being reachable by accident.
func checkAddr(addr string, allowRemote bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	if ip := net.ParseIP(host); allowRemote || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("--addr %s can be reached from other machines, and there is no authentication yet; add --allow-remote if that is what you want", addr)
}

func newLogger(format string, w io.Writer) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("--log-format %q: want text or json", format)
}

// newID makes ids that sort by time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
