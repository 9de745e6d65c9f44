package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	slashed "path"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/decision"
	"assay/server/impact"
	"assay/server/policy"
	"assay/server/schema"
)

// sweepConfig is what trying out values of a number needs to know.
type sweepConfig struct {
	impactConfig
	value    string
	from, to string
	steps    int
}

func newSweep() *cobra.Command {
	var c sweepConfig
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Count the outcomes of all stored partners as one value of the rules goes from A to B",
		Long: `Sweep puts one number after the other in the place of the dated value that is in force
on the day, and counts how many stored partners have each outcome. Numbers are in the
unit of the value: 30000000 of usd_cents is USD 300,000.00. The database is only read.

Exit status: 0 counted, 2 not counted.`,
		Example: `  assay sweep --program csp.direct_bill.enrollment --db assay.db --steps 15 \
    --value csp/direct_bill/requirements/revenue:minimum --from 30000000 --to 100000000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return sweep(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &c.policies)
	populationFlags(cmd, &c.db, &c.program, &c.asOf)
	flags.StringVar(&c.value, "value", "", "the value, as `FOLDER:NAME`")
	flags.StringVar(&c.from, "from", "", "first `number`")
	flags.StringVar(&c.to, "to", "", "last `number`")
	flags.IntVar(&c.steps, "steps", 11, "how `many` numbers, the first and the last included")
	for _, needed := range []string{"program", "value", "from", "to"} {
		_ = cmd.MarkFlagRequired(needed) // fails for unknown flags only
	}
	return cmd
}

func sweep(ctx context.Context, c sweepConfig, stdout, stderr io.Writer) (err error) {
	numbers, err := c.numbers()
	if err != nil {
		return err
	}
	base, err := loadPolicies(ctx, c.policies)
	if err != nil {
		return err
	}
	store, err := db.OpenReadOnly(ctx, c.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	population, err := c.population(ctx, store, base)
	if err != nil {
		return err
	}
	value, entry, revisions, err := c.revisions(ctx, base, population.Describe().AsOf, numbers)
	if err != nil {
		return err
	}
	bar, err := newProgress(stderr, time.Now, func() (int, error) { return population.Count(ctx) })
	if err != nil {
		return err
	}
	counts, err := impact.Sweep(ctx, population, revisions, bar.set)
	bar.end()
	if err != nil {
		return err
	}
	say := sayingOf(base)
	fmt.Fprintf(stdout, "%s as of %s, where it is %s since %s\n\n", c.value, say.Value("day", string(population.Describe().AsOf)),
		say.Value(value.Unit, entry.Value), say.Value("day", string(entry.Since)))
	return writeSweep(stdout, say, c.program, value.Unit, numbers, counts)
}

// maxSteps bounds the revisions that are held at once.
const maxSteps = 200

// numbers are those from the first to the last, equally far apart and whole if both
// ends are.
func (c sweepConfig) numbers() ([]json.Number, error) {
	from, ok := new(big.Rat).SetString(c.from)
	if !ok {
		return nil, fmt.Errorf("--from %q is not a number", c.from)
	}
	to, ok := new(big.Rat).SetString(c.to)
	if !ok {
		return nil, fmt.Errorf("--to %q is not a number", c.to)
	}
	if c.steps < 2 || c.steps > maxSteps {
		return nil, fmt.Errorf("--steps must be from 2 to %d", maxSteps)
	}
	digits := 0
	if !from.IsInt() || !to.IsInt() {
		digits = 6
	}
	numbers := make([]json.Number, c.steps)
	step := new(big.Rat).Quo(new(big.Rat).Sub(to, from), big.NewRat(int64(c.steps-1), 1))
	for i := range numbers {
		n := new(big.Rat).Add(from, new(big.Rat).Mul(step, big.NewRat(int64(i), 1)))
		literal := n.FloatString(digits)
		if digits > 0 {
			literal = strings.TrimSuffix(strings.TrimRight(literal, "0"), ".")
		}
		numbers[i] = json.Number(literal)
	}
	return numbers, nil
}

// revisions are one for each number.
func (c sweepConfig) revisions(ctx context.Context, base *policy.Revision, day decision.Day, numbers []json.Number) (decision.DatedValue, decision.DatedEntry, []decision.Revision, error) {
	folder, name, _ := strings.Cut(c.value, ":")
	value, ok := decision.ValueOf(base, folder, name)
	if !ok {
		return value, decision.DatedEntry{}, nil, fmt.Errorf("--value %s: no requirement has such a value; want FOLDER:NAME, as csp/…/revenue:minimum%s",
			c.value, schema.DidYouMean(c.value, valueNames(base)))
	}
	entry, ok := value.EntryOn(day)
	if !ok {
		return value, entry, nil, fmt.Errorf("--value %s: it has no value yet on %s", c.value, day)
	}
	if _, isNumber := entry.Value.(json.Number); !isNumber {
		return value, entry, nil, fmt.Errorf("--value %s is not a number but a %s", c.value, value.Unit)
	}
	if current, _ := new(big.Rat).SetString(entry.Value.(json.Number).String()); current.IsInt() {
		for _, number := range numbers {
			if strings.Contains(number.String(), ".") {
				return value, entry, nil, fmt.Errorf("--value %s is a whole number of %s, and so must --from and --to be; %s is none", c.value, value.Unit, number)
			}
		}
	}
	revisions := make([]decision.Revision, len(numbers))
	for i, number := range numbers {
		r, err := base.WithValue(ctx, folder, name, day, number)
		if err != nil {
			return value, entry, nil, fmt.Errorf("--value %s: %w", c.value, err)
		}
		revisions[i] = r
	}
	return value, entry, revisions, nil
}

// valueNames are all FOLDER:NAME of the revision.
func valueNames(r decision.Revision) []string {
	var names []string
	for _, p := range r.Programs() {
		for _, q := range p.Requirements {
			for _, v := range q.Values {
				names = append(names, slashed.Dir(q.Rule.File)+":"+v.Name)
			}
		}
	}
	return names
}

// plotWidth is that of the longest bar.
const plotWidth = 40

// writeSweep writes a table of all outcomes with a plot of the one that changes most.
func writeSweep(w io.Writer, say impact.Say, program, unit string, numbers []json.Number, counts []map[decision.Outcome]int) error {
	outcomes := impact.Outcomes(counts)
	if len(outcomes) == 0 {
		_, err := fmt.Fprintln(w, "nothing is recorded of any partner")
		return err
	}
	plotted, all := mostChanging(outcomes, counts), 0
	for _, n := range counts[0] {
		all += n
	}
	rows := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(rows, unit)
	for _, outcome := range outcomes {
		fmt.Fprintf(rows, "\t%s", outcomeName(say, program, outcome))
	}
	fmt.Fprintf(rows, "\t%s of %d\n", outcomeName(say, program, plotted), all)
	for i, number := range numbers {
		fmt.Fprint(rows, say.Value(unit, number))
		for _, outcome := range outcomes {
			fmt.Fprintf(rows, "\t%d", counts[i][outcome])
		}
		fmt.Fprintf(rows, "\t|%s\n", impact.Bar(counts[i][plotted], all, plotWidth))
	}
	return rows.Flush()
}

// mostChanging is the outcome whose count goes furthest, the first of several.
func mostChanging(outcomes []decision.Outcome, counts []map[decision.Outcome]int) decision.Outcome {
	best, furthest := outcomes[0], -1
	for _, outcome := range outcomes {
		least, most := counts[0][outcome], counts[0][outcome]
		for _, count := range counts {
			least, most = min(least, count[outcome]), max(most, count[outcome])
		}
		if most-least > furthest {
			best, furthest = outcome, most-least
		}
	}
	return best
}

func outcomeName(say impact.Say, program string, outcome decision.Outcome) string {
	if outcome == "" {
		return "not decided"
	}
	return say.Outcome(program, outcome)
}
