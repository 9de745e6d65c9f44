package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"assay/db"
	"assay/server/api"
	"assay/server/decision"
)

// decisionsConfig is what looking into the log needs to know.
type decisionsConfig struct {
	db, format    string
	limit         int
	stats, follow bool
	// filters are the parameters of the HTTP API that were given.
	filters map[string]string
}

// decisionFilters are the parameters of the HTTP API that are flags too, with dashes.
var decisionFilters = [][2]string{
	{"partner", "about this `partner`"},
	{"program", "of this `program`"},
	{"outcome", "with this `outcome`"},
	{"requirement", "with a finding for this `requirement`"},
	{"status", "with a finding of this `status`: met, not_met, unknown or needs_review"},
	{"reason", "with a finding for this reason, a `code`"},
	{"due", "with a finding that is due (`true`), or that is not (false)"},
	{"action", "about this `action`"},
	{"revision", "by this `revision` of the policies"},
	{"caller", "asked for under this `name`"},
	{"request_id", "of the request with this `id`"},
	{"trace_id", "of the trace with this `id`"},
	{"as_of_from", "as of this `day` or later"},
	{"as_of_to", "as of a day before this `day`"},
	{"decided_from", "made at this `instant` or later; a day is its midnight, UTC"},
	{"decided_to", "made before this `instant`"},
	{"order", "which come first: `newest` or oldest"},
}

func flagOf(parameter string) string { return strings.ReplaceAll(parameter, "_", "-") }

func newDecisions() *cobra.Command {
	var c decisionsConfig
	cmd := &cobra.Command{
		Use:   "decisions",
		Short: "Search the decision log",
		Long: `Decisions lists what was decided, newest first. All filters must hold; --requirement,
--status, --reason and --due of one and the same finding. Spans include their start and
not their end. The database is only read, and a server may be running on it.

With --stats decisions are counted in place of being listed: by outcome, by day, and by
what came out for each requirement. With --follow the last ten (or --limit) are listed,
oldest first, and then each new one, until the command is interrupted.

Exit status: 0 listed, whether or not there was anything; 2 not listed.`,
		Example: `  assay decisions --partner acme
  assay decisions --requirement revenue --status not_met --decided-from 2026-03-01 --decided-to 2026-04-01
  assay decisions --program csp.direct_bill.enrollment --format csv > decisions.csv
  assay decisions --stats --decided-from 2026-03-01
  assay decisions --follow --outcome needs_review`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.filters = givenFilters(cmd.Flags())
			return listDecisions(cmd.Context(), c, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.db, "db", "assay.db", "SQLite database `file`; it is only read")
	for _, filter := range decisionFilters {
		flags.String(flagOf(filter[0]), "", filter[1])
	}
	flags.StringVar(&c.format, "format", "table", "table, json, ndjson (one decision a line) or csv")
	flags.IntVarP(&c.limit, "limit", "n", 0, "list at most `N` (default all)")
	flags.BoolVar(&c.stats, "stats", false, "count in place of listing")
	flags.BoolVarP(&c.follow, "follow", "f", false, "go on listing what is decided from now on")
	cmd.AddCommand(newDecisionsDiff())
	return cmd
}

// givenFilters are the filters that were given, under their names in the HTTP API.
func givenFilters(flags *pflag.FlagSet) map[string]string {
	given := make(map[string]string)
	for _, filter := range decisionFilters {
		if flag := flags.Lookup(flagOf(filter[0])); flag.Changed {
			given[filter[0]] = flag.Value.String()
		}
	}
	return given
}

func listDecisions(ctx context.Context, c decisionsConfig, stdout io.Writer) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	store, err := db.OpenReadOnly(ctx, c.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Flush(), store.Close()) }()
	if c.stats {
		return c.count(ctx, store, out)
	}
	query, err := c.query()
	if err != nil {
		return err
	}
	rows := newDecisionRows(c.format, out)
	if c.follow {
		return c.tail(ctx, store, query, rows, out)
	}
	query.Limit = c.limit
	for d, err := range decision.Walk(ctx, store, query) {
		if err == nil {
			err = rows.Row(d.Decision)
		}
		if err != nil {
			return err
		}
	}
	return rows.End()
}

// check refuses flags that do not go together.
func (c decisionsConfig) check() error {
	formats := []string{"table", "json", "ndjson", "csv"}
	if c.stats {
		formats = []string{"table", "json"}
	} else if c.follow {
		formats = []string{"table", "ndjson", "csv"}
	}
	switch _, ordered := c.filters["order"]; {
	case c.limit < 0:
		return errors.New("--limit must not be negative")
	case c.stats && c.follow:
		return errors.New("--follow does not go with --stats")
	case c.follow && ordered:
		return errors.New("--order does not go with --follow: what comes next is listed last")
	case !slices.Contains(formats, c.format):
		return fmt.Errorf("--format %q: here it is one of %s", c.format, strings.Join(formats, ", "))
	case c.stats && c.limit > 0:
		return errors.New("--limit does not go with --stats")
	}
	return nil
}

// query is the search that the flags ask for, checked as the HTTP API checks it.
func (c decisionsConfig) query() (decision.DecisionQuery, error) {
	for _, name := range []string{"decided_from", "decided_to"} {
		if day, err := decision.ParseDay(c.filters[name]); err == nil {
			c.filters[name] = string(day) + "T00:00:00Z"
		}
	}
	return api.NewOffline().ReadDecisionQuery(c.filters)
}

func (c decisionsConfig) count(ctx context.Context, store *db.DB, w io.Writer) error {
	query, err := api.NewOffline().ReadTallyQuery(c.filters)
	if err != nil {
		return err
	}
	tally, err := store.Tally(ctx, query)
	if err != nil {
		return err
	}
	if c.format == "json" {
		return api.WriteTally(w, tally)
	}
	return writeTallyTable(w, tally)
}

// pollEvery is how often the log is looked at for what is new.
const pollEvery = 500 * time.Millisecond

// tail lists the last few and then what comes, until ctx ends.
func (c decisionsConfig) tail(ctx context.Context, store *db.DB, query decision.DecisionQuery, rows api.Rows, out *bufio.Writer) error {
	query.Limit = c.limit
	if query.Limit == 0 {
		query.Limit = 10
	}
	page, err := store.Decisions(ctx, query)
	if err != nil {
		return err
	}
	slices.Reverse(page)
	query.OldestFirst, query.Limit = true, 200
	for {
		for _, d := range page {
			if err := rows.Row(d.Decision); err != nil {
				return err
			}
			query.After = d.Seq
		}
		if err := errors.Join(rows.Flush(), out.Flush()); err != nil {
			return err
		}
		if len(page) < query.Limit {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pollEvery):
			}
		}
		if page, err = store.Decisions(ctx, query); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

func newDecisionRows(format string, w io.Writer) api.Rows {
	if format == "table" {
		return &decisionTable{w: w}
	}
	return api.NewRows(format, w)
}

// decisionTable is for people. Its columns are of fixed width, so that nothing need be
// kept until the last row.
type decisionTable struct {
	w     io.Writer
	begun bool
}

const decisionRow = "%-20s  %-14s  %-28s  %-24s  %-10s  %s\n"

// Row implements api.Rows.
func (t *decisionTable) Row(d decision.Decision) error {
	if !t.begun {
		t.begun = true
		if _, err := fmt.Fprintf(t.w, decisionRow, "DECIDED AT", "OUTCOME", "PROGRAM", "PARTNER", "AS OF", "ID"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(t.w, decisionRow, d.DecidedAt.UTC().Format(time.RFC3339), d.Outcome, d.Program, d.Partner, d.AsOf, d.ID)
	return err
}

// Flush implements api.Rows.
func (t *decisionTable) Flush() error { return nil }

// End implements api.Rows.
func (t *decisionTable) End() error {
	if t.begun {
		return nil
	}
	_, err := fmt.Fprintln(t.w, "no decision fits")
	return err
}

func writeTallyTable(w io.Writer, tally decision.Tally) error {
	type line struct {
		what  string
		count int64
	}
	var all int64
	var outcomes, days []line
	add := func(lines []line, what string, n int64) []line {
		i := slices.IndexFunc(lines, func(l line) bool { return l.what == what })
		if i < 0 {
			return append(lines, line{what, n})
		}
		lines[i].count += n
		return lines
	}
	for _, o := range tally.Outcomes {
		all += o.Count
		outcomes = add(outcomes, fmt.Sprintf("%-28s  %s", o.Program, o.Outcome), o.Count)
		days = add(days, string(o.Day), o.Count)
	}
	slices.SortFunc(outcomes, func(a, b line) int { return strings.Compare(a.what, b.what) })
	var findings []line
	for _, f := range tally.Findings {
		findings = add(findings, fmt.Sprintf("%-28s  %-24s  %s", f.Program, f.Requirement, f.Status), f.Count)
	}
	var b strings.Builder
	for _, part := range []struct {
		title string
		lines []line
	}{{"", []line{{"decisions", all}}}, {"BY OUTCOME", outcomes}, {"BY DAY", days}, {"BY REQUIREMENT", findings}} {
		if part.title != "" && len(part.lines) > 0 {
			fmt.Fprintf(&b, "\n%s\n", part.title)
		}
		for _, l := range part.lines {
			fmt.Fprintf(&b, "%10d  %s\n", l.count, l.what)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
