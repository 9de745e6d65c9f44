package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/server/api"
	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
)

// decideBeside decides by two policy trees and shows both outcomes and what differs.
func decideBeside(cmd *cobra.Command, live *policy.Revision, folders []string, request decision.Request, lang string, asJSON bool) error {
	candidate, err := loadPolicies(cmd.Context(), folders)
	if err != nil {
		return fmt.Errorf("--beside:\n%w", err)
	}
	d, err := offlineQuestion(request)
	if err != nil {
		return err
	}
	p, err := decision.Beside(cmd.Context(), live, candidate, d, nil, request.Given)
	if errors.Is(err, decision.ErrNotFound) {
		err = decision.Invalid("/program", "there is no program %q in %s", d.Program, strings.Join(folders, " + "))
	}
	if err != nil {
		return err
	}
	if asJSON {
		answer, err := api.NewOffline().WritePreview(p, lang)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", answer)
		return err
	}
	return tellBeside(cmd.OutOrStdout(), p, lang)
}

// tellBeside tells a preview in the language.
func tellBeside(w io.Writer, p decision.Preview, lang string) error {
	before, after := explain.New(lang, p.Earlier.Texts()[lang]), explain.New(lang, p.Later.Texts()[lang])
	program := p.After.Program
	var b strings.Builder
	if p.Before == nil {
		fmt.Fprintf(&b, "now:     not decided: %v\n", p.Why)
	} else {
		fmt.Fprintf(&b, "now:     %s\n", before.Outcome(program, p.Before.Outcome))
	}
	fmt.Fprintf(&b, "beside:  %s\n", after.Outcome(program, p.After.Outcome))
	if p.Before == nil {
		_, err := io.WriteString(w, b.String())
		return err
	}
	old, err := decision.ParseResult(p.Before.Result)
	if err != nil {
		return err
	}
	now, err := decision.ParseResult(p.After.Result)
	if err != nil {
		return err
	}
	if len(p.Changes) == 0 {
		b.WriteString("\nNo finding differs.\n")
	}
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "\n%s: %s → %s\n", title(c, program, before, after), verdictText(c.Before), verdictText(c.After))
		tellFinding(&b, "now:     ", before, program, old, c.ID)
		tellFinding(&b, "beside:  ", after, program, now, c.ID)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func title(c decision.FindingChange, program string, before, after explain.Language) string {
	if c.After == nil {
		return before.Title(program, c.ID)
	}
	return after.Title(program, c.ID)
}

func verdictText(v *decision.Verdict) string {
	switch {
	case v == nil:
		return "not asked"
	case !v.Due:
		return string(v.Status) + ", not due"
	}
	return string(v.Status)
}

func tellFinding(b *strings.Builder, label string, speaker explain.Language, program string, r decision.Result, id string) {
	i := slices.IndexFunc(r.Findings, func(f decision.Finding) bool { return f.ID == id })
	if i < 0 {
		return
	}
	text, _ := speaker.Finding(program, r.Findings[i])
	fmt.Fprintf(b, "  %s%s\n", label, text)
}
