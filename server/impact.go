package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/decision"
	"assay/server/explain"
	"assay/server/impact"
	"assay/server/policy"
)

// impactConfig is what measuring a change needs to know.
type impactConfig struct {
	policies, against []string
	db, program, asOf string
	decisions, list   int
	format, out       string
	accept, by        string
}

// asServers tells whether nothing narrows down what is measured, so that it is what a
// server measures before it lets the candidate serve.
func (c impactConfig) asServers() bool {
	return c.program == "" && c.asOf == "" && c.decisions == 0 && len(c.against) == 0
}

func newImpact() *cobra.Command {
	var c impactConfig
	cmd := &cobra.Command{
		Use:   "impact",
		Short: "Tell whom a change of the policies turns, and why, before it serves",
		Long: `Impact decides about every stored partner twice, by the policies that serve and by the
candidate, and says who turns, which way, and which part of the change turns them:
each changed value, and the other changed files of each folder, is tried alone.

The candidate is --policies. It is compared with --against, or else with the revision
that served last from the database. With --decisions N the last N decisions of the log
are asked again instead, on the facts they were made from. The database is only read.

Without --program, --as-of, --decisions and --against it measures what a server measures
before it lets the candidate serve, and writes the same report: as of today and of every
later day that the data or the rules of either tree name, and for programs about actions
that have a budget, the last thousand logged decisions.

If budgets/data.yaml of either tree bounds how much a change may turn, the bounds are
held against what was found. --accept REPORT --by NAME measures again and, if it is that
very report, keeps in the database that NAME accepts it: a server on the database lets
the candidate serve, now or when it is started.

Exit status: 0 measured, or accepted; 1 a budget is exceeded, or the report has become
another; 2 not measured.`,
		Example: `  assay impact --policies policies --db assay.db
  assay impact --policies policies --policies overlays/fy26 --db assay.db --as-of 2025-10-01
  assay impact --policies policies --db assay.db --format markdown --out impact.md
  assay impact --policies policies --db assay.db --decisions 1000 --format csv
  assay impact --policies policies --db assay.db --accept 3e5c… --by anna.rossi@contoso.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return measure(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &c.policies)
	flags.StringArrayVar(&c.against, "against", nil, "`folder` or bundle to compare with, repeated for overlays (default the revision that served last)")
	populationFlags(cmd, &c.db, &c.program, &c.asOf)
	flags.IntVar(&c.decisions, "decisions", 0, "ask the last `N` logged decisions again, in place of all partners")
	flags.StringVar(&c.format, "format", "table", "table, json, csv (one row for each who turns) or markdown (for a pull request)")
	flags.StringVar(&c.out, "out", "", "`file` to write the report to (default standard output)")
	flags.StringVar(&c.accept, "accept", "", "`report` to accept, if it still is what comes out; it is the only thing written to the database")
	flags.StringVar(&c.by, "by", "", "`name` of the person who accepts")
	cmd.MarkFlagsRequiredTogether("accept", "by")
	flags.IntVar(&c.list, "list", listed, "list at most `N` of those that one change turns one way; json and csv have all")
	return cmd
}

// listed is how many of those that one change turns one way a report names, if nobody
// wants another number.
const listed = 20

// populationFlags say whom to ask about.
func populationFlags(cmd *cobra.Command, file, program, asOf *string) {
	flags := cmd.Flags()
	flags.StringVar(file, "db", "assay.db", "SQLite database `file`; it is only read")
	flags.StringVar(program, "program", "", "`program` to decide (default all that are not about actions)")
	flags.StringVar(asOf, "as-of", "", "`day` to apply the rules to, YYYY-MM-DD (default today, UTC)")
}

func measure(ctx context.Context, c impactConfig, stdout, stderr io.Writer) (err error) {
	if c.decisions < 0 || c.list < 0 {
		return errors.New("--decisions and --list must not be negative")
	}
	if c.decisions > 0 && c.asOf != "" {
		return errors.New("--as-of does not go with --decisions: each is asked again for its own day")
	}
	if c.accept != "" && !isDigest(c.accept) {
		return fmt.Errorf("--accept %s: the id of a report is 64 of the characters 0-9 a-f; impact --format json gives it whole", c.accept)
	}
	if c.accept != "" && !c.asServers() {
		return errors.New("--accept goes with no flag that narrows down what is measured: a server measures everything")
	}
	if c.accept != "" && strings.TrimSpace(c.by) == "" {
		return errors.New("--by must name somebody")
	}
	if newReportWriter(c.format, io.Discard, impact.Say{}) == nil {
		return fmt.Errorf("--format %q: want table, json, csv or markdown", c.format)
	}
	candidate, err := loadPolicies(ctx, c.policies)
	if err != nil {
		return aboutTree("the candidate", err)
	}
	store, err := db.OpenReadOnly(ctx, c.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	live, err := c.live(ctx, store)
	if err != nil {
		return err
	}
	run, err := c.run(ctx, store, live, candidate)
	if err != nil {
		return err
	}
	bar, err := newProgress(stderr, time.Now, func() (int, error) { return run.Count(ctx) })
	if err != nil {
		return err
	}
	run.Progress = bar.set
	var summary impact.Summary
	var kept bytes.Buffer
	err = writeTo(c.out, stdout, func(w io.Writer) error {
		report := newReportWriter(c.format, w, sayingOf(candidate))
		if c.accept != "" {
			report = impact.Both(report, impact.NewJSON(&kept))
		}
		summary, err = run.Write(ctx, report)
		bar.end()
		return err
	})
	if err != nil {
		return err
	}
	if c.out != "" {
		fmt.Fprintf(stdout, "report %s is in %s\n", summary.ID, c.out)
	}
	for _, e := range summary.Exceeded {
		fmt.Fprintln(stderr, "over budget:", impact.Plain(e))
	}
	switch {
	case c.accept != "" && c.accept != summary.ID:
		fmt.Fprintf(stderr, "not accepted: the report is %s by now\n", summary.ID)
		return errReported
	case c.accept != "":
		return acceptReport(ctx, c.db, c.by, reportOf(summary, run, kept.Bytes()), stderr)
	case len(summary.Exceeded) > 0:
		return errReported
	}
	return nil
}

func isDigest(id string) bool {
	raw, err := hex.DecodeString(id)
	return err == nil && len(raw) == sha256.Size && id == strings.ToLower(id)
}

// acceptReport keeps the report and the person's word on it.
func acceptReport(ctx context.Context, file, by string, report decision.Report, stderr io.Writer) (err error) {
	store, err := db.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.KeepReport(ctx, report); err != nil {
		return err
	}
	first, err := store.Accept(ctx, report.ID, decision.Acceptance{By: by, At: time.Now()})
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "report %s is accepted by %s\n", report.ID, first.By)
	return nil
}

func reportOf(summary impact.Summary, run impact.Run, content []byte) decision.Report {
	return decision.Report{ID: summary.ID, CreatedAt: time.Now(), Live: run.Live.Digest(), Candidate: run.Candidate.Digest(), Content: content}
}

// run prepares what was asked for.
func (c impactConfig) run(ctx context.Context, store *db.DB, live, candidate *policy.Revision) (impact.Run, error) {
	run, err := newRun(ctx, live, candidate)
	if err != nil {
		return run, err
	}
	run.Listed = c.list
	if c.asServers() {
		err = everything(ctx, store, &run, live, candidate)
		return run, err
	}
	population, err := c.population(ctx, store, live, candidate)
	run.Populations = []impact.Population{population}
	return run, err
}

// newRun prepares the comparison of two revisions, but for the population.
func newRun(ctx context.Context, live, candidate *policy.Revision) (impact.Run, error) {
	run := impact.Run{Live: live, Candidate: candidate, Change: policy.NewBlend(ctx, live, candidate), Now: time.Now}
	for i, revision := range []*policy.Revision{live, candidate} {
		var err error
		if run.Budgets[i], err = revision.Budgets(); err != nil {
			return run, err
		}
	}
	return run, nil
}

// measuring is how a server measures a candidate; without budgets nothing is measured.
func measuring(store *db.DB) func(ctx context.Context, live, candidate *policy.Revision) (decision.Report, []string, error) {
	return func(ctx context.Context, live, candidate *policy.Revision) (decision.Report, []string, error) {
		run, err := newRun(ctx, live, candidate)
		if err != nil || len(run.Budgets[0])+len(run.Budgets[1]) == 0 {
			return decision.Report{}, nil, err
		}
		run.Listed = listed
		if err = everything(ctx, store, &run, live, candidate); err != nil {
			return decision.Report{}, nil, err
		}
		var content bytes.Buffer
		summary, err := run.Write(ctx, impact.NewJSON(&content))
		if err != nil {
			return decision.Report{}, nil, err
		}
		return reportOf(summary, run, content.Bytes()), summary.Exceeded, nil
	}
}

// lastActions is how many logged decisions of a program about actions are asked again.
const lastActions = 1000

// everything prepares what a server measures a candidate over: all partners, for every
// program that they can be asked about, on every day to measure; and of programs about
// actions that have a budget, what was decided last. Of a budget that none of this can be
// held against, the run says so.
func everything(ctx context.Context, store *db.DB, run *impact.Run, live, candidate *policy.Revision) error {
	about := inCommon(isAboutPartners, live, candidate)
	if len(about) > 0 {
		for _, day := range daysToMeasure(live, candidate) {
			partners, err := impact.Partners(ctx, store, day, about)
			if err != nil {
				return err
			}
			run.Populations = append(run.Populations, partners)
		}
	}
	isAboutActions := func(p decision.Program) bool { return !isAboutPartners(p) }
	actions := inCommon(isAboutActions, live, candidate)
	for _, program := range budgeted(run.Budgets) {
		switch {
		case slices.Contains(about, program):
		case slices.Contains(actions, program):
			decisions, err := impact.Decisions(ctx, store, lastActions, program)
			if err != nil {
				return err
			}
			if decisions.Describe().Newest > 0 { // else there is nothing to turn
				run.Populations = append(run.Populations, decisions)
			}
		case slices.Contains(programNames(live), program): // else it has not decided anything
			run.Unmeasured = append(run.Unmeasured, fmt.Sprintf("%s: it has a budget and cannot be measured: it %s before the change and %s after it",
				program, whatAbout(live, program), whatAbout(candidate, program)))
		}
	}
	return nil
}

// budgeted are the programs that either side bounds, in order.
func budgeted(budgets [2]map[string]decision.Budget) []string {
	programs := slices.AppendSeq(slices.Collect(maps.Keys(budgets[0])), maps.Keys(budgets[1]))
	slices.Sort(programs)
	return slices.Compact(programs)
}

// whatAbout says what the program of that name decides about.
func whatAbout(revision *policy.Revision, name string) string {
	for _, p := range revision.Programs() {
		switch {
		case p.Name != name:
		case isAboutPartners(p):
			return "is about partners"
		default:
			return "is about actions"
		}
	}
	return "is not there"
}

func isAboutPartners(p decision.Program) bool { return len(p.Actions) == 0 }

// inCommon are the names of the programs that all of the revisions have.
func inCommon(which func(decision.Program) bool, revisions ...*policy.Revision) []string {
	var programs []string
	for i, revision := range revisions {
		var own []string
		for _, p := range revision.Programs() {
			if which(p) {
				own = append(own, p.Name)
			}
		}
		if i == 0 {
			programs = own
		}
		programs = slices.DeleteFunc(programs, func(name string) bool { return !slices.Contains(own, name) })
	}
	return programs
}

// noEnd is the day with which rules compare where something has no end. Nothing begins on it.
const noEnd = decision.Day("9999-12-31")

// daysToMeasure are today and every later day that one of the revisions names, changed or
// not: what changed may only be asked for by a version of the rules that is yet to come.
func daysToMeasure(revisions ...*policy.Revision) []decision.Day {
	today := decision.DayOf(time.Now())
	days := []decision.Day{today}
	for _, revision := range revisions {
		for _, day := range revision.Days() {
			if day > today && day < noEnd {
				days = append(days, day)
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// live is what the candidate is compared with.
func (c impactConfig) live(ctx context.Context, store *db.DB) (*policy.Revision, error) {
	if len(c.against) > 0 {
		layers, _, err := openLayers("--against", c.against)
		if err != nil {
			return nil, err
		}
		tree, err := policy.ReadTree(layers...)
		if err != nil {
			return nil, fmt.Errorf("--against: %w", err)
		}
		return policy.Reload(ctx, tree)
	}
	last, err := store.LastActivation(ctx)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, fmt.Errorf("no policies ever served from %s; --against names what to compare with", c.db)
	}
	if err != nil {
		return nil, err
	}
	files, err := store.RevisionFiles(ctx, last.Revision)
	if err != nil {
		return nil, err
	}
	return policy.Reload(ctx, files)
}

// population is whom to ask about.
func (c impactConfig) population(ctx context.Context, store *db.DB, revisions ...*policy.Revision) (impact.Population, error) {
	if c.decisions > 0 {
		return impact.Decisions(ctx, store, c.decisions, c.program)
	}
	day := decision.DayOf(time.Now())
	if c.asOf != "" {
		var err error
		if day, err = decision.ParseDay(c.asOf); err != nil {
			return nil, fmt.Errorf("--as-of: %w", err)
		}
	}
	programs, err := programsOf(c.program, revisions...)
	if err != nil {
		return nil, err
	}
	return impact.Partners(ctx, store, day, programs)
}

// programsOf are the programs that all of the revisions have and that can be asked of
// any partner, or the one that is named.
func programsOf(named string, revisions ...*policy.Revision) ([]string, error) {
	for _, revision := range revisions {
		for _, p := range revision.Programs() {
			if p.Name == named && !isAboutPartners(p) {
				return nil, fmt.Errorf("--program %s decides about actions, which partners alone do not ask for; --decisions asks again what was asked", named)
			}
		}
	}
	programs := inCommon(func(p decision.Program) bool { return isAboutPartners(p) && (named == "" || p.Name == named) }, revisions...)
	if len(programs) == 0 && named != "" {
		return nil, fmt.Errorf("--program: there is no program %q; there are: %s", named, strings.Join(programNames(revisions[0]), ", "))
	}
	if len(programs) == 0 {
		return nil, errors.New("the two have no program in common that partners alone can be asked about")
	}
	return programs, nil
}

func newReportWriter(format string, w io.Writer, say impact.Say) impact.Writer {
	switch format {
	case "table":
		return impact.NewTable(w, say)
	case "json":
		return impact.NewJSON(w)
	case "csv":
		return impact.NewCSV(w)
	case "markdown":
		return impact.NewMarkdown(w, say)
	}
	return nil
}

// renderReport writes a kept report in one of the forms of the command line. Values are
// said as the revision that serves says them.
func renderReport(revisions decision.Revisions) func(w io.Writer, format string, content []byte) error {
	return func(w io.Writer, format string, content []byte) error {
		writer := newReportWriter(format, w, sayingOf(revisions.Current()))
		if writer == nil {
			return fmt.Errorf("there is no form %q of a report", format)
		}
		return impact.Replay(bytes.NewReader(content), writer)
	}
}

// sayingOf says values in the English of the revision. Outcomes stay the words that
// budgets and other reports know them by: what people are told of them can be a sentence.
func sayingOf(revision decision.Revision) impact.Say {
	english := explain.New("en", revision.Texts()["en"])
	return impact.Say{
		Value: func(unit string, value any) string {
			switch value.(type) {
			case string, []any, nil:
				return english.Value(value)
			}
			return english.Value(map[string]any{unit: value})
		},
		Outcome: func(_ string, outcome decision.Outcome) string {
			return strings.ReplaceAll(string(outcome), "_", " ")
		},
	}
}

// writeTo writes to the file, whole or not at all, or to standard output if none is
// named.
func writeTo(name string, stdout io.Writer, write func(io.Writer) error) (err error) {
	if name == "" {
		buffered := bufio.NewWriter(stdout)
		return errors.Join(write(buffered), buffered.Flush())
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".assay-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already if all went well
	buffered := bufio.NewWriter(file)
	if err := errors.Join(write(buffered), buffered.Flush(), file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
