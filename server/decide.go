package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/server/api"
	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
)

func newDecide() *cobra.Command {
	var program, asOf, lang string
	var folders, beside []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "decide FILE",
		Short: "Decide on the facts in a file, offline",
		Long: `Decide reads what POST /v1/decisions takes - {"program": …, "as_of": …, "facts": […]} -
from a file, or from standard input if the file is "-", and says what the policies
make of it. Nothing is recorded and nothing is logged.

With --beside the same facts are decided by a second policy tree too, and what differs
is shown: a change of the policies, previewed on one partner.

A program need not be named if the policies have only one. Exit status: 0 decided,
whatever the outcome; 2 not decided.`,
		Example: `  assay decide facts.json
  assay decide facts.json --as-of 2026-01-31 --lang it
  assay decide facts.json --beside policies --beside overlays/fy26
  curl -s https://crm.example/partner/17/facts | assay decide - --json`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := readFile(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			revision, err := loadPolicies(cmd.Context(), folders)
			if err != nil {
				return err
			}
			offline := api.NewOffline()
			request, err := offline.ReadDecisionRequest(nameProgram(body, program, revision))
			if err != nil {
				return fmt.Errorf("%s:\n%w", args[0], err)
			}
			if program != "" {
				request.Program = program
			}
			if asOf != "" {
				if request.AsOf, err = decision.ParseDay(asOf); err != nil {
					return fmt.Errorf("--as-of: %w", err)
				}
			}
			if len(beside) > 0 {
				return decideBeside(cmd, revision, beside, request, lang, asJSON)
			}
			d, err := decideOffline(cmd.Context(), revision, request)
			if err != nil {
				return fmt.Errorf("%s:\n%w", args[0], err)
			}
			if asJSON {
				answer, err := offline.WriteDecision(d, revision, lang)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", answer)
				return err
			}
			texts, ok := revision.Texts()[lang]
			if !ok {
				return fmt.Errorf("--lang %s: the policies speak %s", lang, strings.Join(slices.Sorted(maps.Keys(revision.Texts())), ", "))
			}
			result, err := decision.ParseResult(d.Result)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), explain.New(lang, texts).Report(programOf(revision, d.Program), d, result))
			return err
		},
	}
	flags := cmd.Flags()
	policiesFlag(flags, &folders)
	flags.StringVar(&program, "program", "", "program to decide; wins over the file")
	flags.StringVar(&asOf, "as-of", "", "`day` to apply the rules to, YYYY-MM-DD; wins over the file (default today, UTC)")
	flags.StringVar(&lang, "lang", "en", "language of the sentences")
	flags.StringArrayVar(&beside, "beside", nil, "`folder` or bundle to decide by as well, repeated for overlays")
	flags.BoolVar(&asJSON, "json", false, "print the decision as the HTTP API gives it")
	return cmd
}

func loadPolicies(ctx context.Context, folders []string) (*policy.Revision, error) {
	_, layers, _, err := findPolicies(folders)
	if err != nil {
		return nil, err
	}
	return loadLayers(ctx, layers)
}

func loadLayers(ctx context.Context, layers []fs.FS) (*policy.Revision, error) {
	tree, err := policy.ReadTree(layers...)
	if err != nil {
		return nil, err
	}
	return policy.Load(ctx, tree)
}

// decideOffline evaluates as the service does, and keeps nothing.
func decideOffline(ctx context.Context, revision decision.Revision, request decision.Request) (decision.Decision, error) {
	d, err := offlineQuestion(request)
	if err != nil {
		return d, err
	}
	d, err = decision.Evaluate(ctx, revision, d, nil, request.Given)
	if errors.Is(err, decision.ErrNotFound) {
		return d, decision.Invalid("/program", "there is no program %q; there are: %s", d.Program, strings.Join(programNames(revision), ", "))
	}
	return d, err
}

// offlineQuestion is what the request asks, today unless it says otherwise.
func offlineQuestion(request decision.Request) (decision.Decision, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	d := decision.Decision{
		ID: "offline", Program: request.Program, Action: request.Action, Actor: request.Actor, Partner: request.Partner,
		AsOf: request.AsOf, KnownAt: now, DecidedAt: now,
	}
	if d.AsOf == "" {
		d.AsOf = decision.DayOf(now)
	}
	if request.Given == nil {
		return d, decision.Invalid("/facts", "are needed: there are no stored facts offline")
	}
	return d, nil
}

func programNames(revision decision.Revision) []string {
	var names []string
	for _, p := range revision.Programs() {
		names = append(names, p.Name)
	}
	return names
}

// nameProgram puts the program into a file that does not name one: the one asked for,
// or the only one. The rest of the file stays as it is, so that errors point into it.
func nameProgram(body []byte, program string, revision decision.Revision) []byte {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(body, &top); err != nil || top == nil {
		return body // whoever reads it next says what is wrong with it
	}
	names := programNames(revision)
	if program == "" && len(names) == 1 {
		program = names[0]
	}
	if _, named := top["program"]; named || program == "" {
		return body
	}
	separator := ","
	if len(top) == 0 {
		separator = ""
	}
	name, _ := json.Marshal(program)
	before, after, _ := bytes.Cut(body, []byte("{"))
	return slices.Concat(before, []byte(`{"program":`), name, []byte(separator), after)
}

func readFile(stdin io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}
