package main

import (
	"encoding/json"
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
	layers, _, err := openLayers("--beside", folders)
	if err != nil {
		return err
	}
	candidate, err := loadLayers(cmd.Context(), layers)
	if err != nil {
		return aboutTree("--beside", err)
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
	differences, err := explain.Differences(p)
	if err != nil {
		return err
	}
	if len(differences) == 0 {
		b.WriteString("\nNo finding differs, and none is told otherwise.\n")
	}
	for _, d := range differences {
		tellDifference(&b, p, d, lang)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// tellDifference tells a finding by both revisions: in the language, or in the first in
// which it reads otherwise, if it does so only in others.
func tellDifference(b *strings.Builder, p decision.Preview, d explain.Difference, lang string) {
	verdict := verdictText(d.Before) + " → " + verdictText(d.After)
	if !d.Decided() {
		verdict = verdictText(d.After) + "; other " + strings.Join(d.Parts, ", ")
		if len(d.Languages) > 0 && !slices.Contains(d.Languages, lang) {
			lang = d.Languages[0]
			verdict += " in the language " + lang
		}
	}
	before, after := explain.New(lang, p.Earlier.Texts()[lang]), explain.New(lang, p.Later.Texts()[lang])
	titles := after.Title(p.After.Program, d.ID)
	switch was := before.Title(p.After.Program, d.ID); {
	case d.After == nil:
		titles = was
	case d.Before != nil && was != titles:
		titles = was + " → " + titles
	}
	fmt.Fprintf(b, "\n%s: %s\n", titles, verdict)
	now, beside := findingText(before, p.After.Program, d.Before), findingText(after, p.After.Program, d.After)
	if now != beside {
		tell(b, "now:     ", now)
		tell(b, "beside:  ", beside)
		return // the sentences name what matters
	}
	for _, name := range d.Values {
		was, now := valueTexts(before, after, d.Before.Shown[name], d.After.Shown[name])
		fmt.Fprintf(b, "  %s: %s → %s\n", name, was, now)
	}
}

// valueTexts say two values that differ; as JSON if people would say the same of both, as
// of two pages with one title.
func valueTexts(before, after explain.Language, was, now any) (string, string) {
	if a, b := before.Value(was), after.Value(now); a != b {
		return a, b
	}
	return jsonText(was), jsonText(now)
}

func jsonText(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return err.Error() // it came from JSON
	}
	return string(raw)
}

func verdictText(f *decision.Finding) string {
	switch {
	case f == nil:
		return "not asked"
	case !f.Due:
		return string(f.Status) + ", not due"
	}
	return string(f.Status)
}

// findingText is what people read of the finding; empty if there is none.
func findingText(speaker explain.Language, program string, f *decision.Finding) string {
	if f == nil {
		return ""
	}
	text, action := speaker.Finding(program, *f)
	return strings.TrimSpace(text + " " + action)
}

func tell(b *strings.Builder, label, text string) {
	if text != "" {
		fmt.Fprintf(b, "  %s%s\n", label, text)
	}
}
