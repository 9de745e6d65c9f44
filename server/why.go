package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/api"
	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
)

func newDecisionsDiff() *cobra.Command {
	var file, lang string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Say why decision B came out otherwise than decision A",
		Long: `Diff takes all that differs in what two logged decisions were made from - facts, the
policies, the day, the action and the actor - and puts it into the question of the
first, one by one and then together, until it comes out as the second did. The smallest
sets that do are what made the difference. The database is only read.

Exit status: 0 compared, 2 not compared.`,
		Args: exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return tellWhy(cmd.Context(), file, args[0], args[1], lang, asJSON, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "db", "assay.db", "SQLite database `file`; it is only read")
	flags.StringVar(&lang, "lang", "en", "language of the sentences")
	flags.BoolVar(&asJSON, "json", false, "print the comparison as the HTTP API gives it")
	return cmd
}

func tellWhy(ctx context.Context, file, before, after, lang string, asJSON bool, stdout io.Writer) (err error) {
	store, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	library := &policy.Library{Archive: store, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}
	service := &decision.Service{Revisions: library, Store: store, Now: time.Now, NewID: newID}
	w, err := service.Why(ctx, before, after, policy.Between)
	if err != nil {
		return err
	}
	latest, err := latestTexts(ctx, w)
	if err != nil {
		return err
	}
	if asJSON {
		answer, err := api.NewOffline().WriteDecisionDiff(w, latest, lang)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "%s\n", answer)
		return err
	}
	words, ok := w.Revision.Texts()[lang]
	if !ok {
		return fmt.Errorf("--lang %s: the policies do not speak it", lang)
	}
	if words.Why == (decision.WhyPatterns{}) {
		words.Why = latest[lang].Why
	}
	return writeWhy(stdout, w, explain.New(lang, words))
}

// latestTexts are those of the policies at hand, if the revision's own have no words for
// comparing decisions.
func latestTexts(ctx context.Context, w decision.Why) (decision.Texts, error) {
	if w.Revision.Texts()["en"].Why != (decision.WhyPatterns{}) {
		return nil, nil
	}
	latest, err := loadPolicies(ctx, nil)
	if err != nil {
		return nil, err
	}
	return latest.Texts(), nil
}

func writeWhy(w io.Writer, why decision.Why, speaker explain.Language) error {
	told := speaker.Why(why)
	var b strings.Builder
	b.WriteString(told.Text + "\n")
	if len(why.Findings) > 0 {
		b.WriteByte('\n')
	}
	for _, c := range why.Findings {
		fmt.Fprintf(&b, "%s: %s → %s\n", speaker.Title(why.After.Program, c.ID), changedVerdict(c.Before), changedVerdict(c.After))
	}
	if len(told.Factors) > 0 {
		b.WriteString("\nAll that differs:\n")
	}
	for _, f := range told.Factors {
		b.WriteString("  " + f + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func changedVerdict(v *decision.Verdict) string {
	if v == nil {
		return "not asked"
	}
	return verdictText(&decision.Finding{Status: v.Status, Due: v.Due})
}
