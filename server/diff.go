package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
)

func newDiff() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two policy trees",
		Long: `Diff names the files that differ between two trees, and the dated values with what they
were, what they are, and from which day on. A tree is a folder or a bundle (.tar.gz), or
several laid over one another, separated as in PATH: policies:overlays/fy26.

Exit status, as of diff(1): 0 nothing differs, 1 something does, 2 they could not be
compared.`,
		Args: exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides [2]*policy.Revision
			for i, name := range args {
				var err error
				if sides[i], err = loadTree(cmd.Context(), name); err != nil {
					return aboutTree(name, err)
				}
			}
			diff := decision.Diff{
				Files:  decision.DiffFiles(sides[0].Files(), sides[1].Files()),
				Values: decision.DiffValues(sides[0], sides[1]),
			}
			var err error
			if asJSON {
				err = writeJSON(cmd, diffResult(sides, diff))
			} else {
				err = writeDiff(cmd.OutOrStdout(), explain.New("en", sides[1].Texts()["en"]), diff)
			}
			if err == nil && len(diff.Files) > 0 {
				return errReported
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the differences as the HTTP API gives them")
	return cmd
}

func loadTree(ctx context.Context, name string) (*policy.Revision, error) {
	var layers []fs.FS
	for _, part := range filepath.SplitList(name) {
		layer, _, err := openLayer(part)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	return loadLayers(ctx, layers)
}

func writeDiff(w io.Writer, english explain.Language, diff decision.Diff) error {
	for _, f := range diff.Files {
		if _, err := fmt.Fprintf(w, "%-8s %s\n", f.Change, f.Path); err != nil {
			return err
		}
	}
	for _, v := range diff.Values {
		say := func(value any) string { return datedValue(english, v.Unit, value) }
		change := say(v.Before) + " → " + say(v.After)
		switch {
		case v.After == nil:
			change = "removed, was " + say(v.Before)
		case v.Before == nil:
			change = "new, " + say(v.After)
		}
		if _, err := fmt.Fprintf(w, "%s %s: %s from %s\n", v.Folder, v.Name, change, v.Since); err != nil {
			return err
		}
	}
	return nil
}

// datedValue says a dated value with its unit; choices and sets in their own words.
func datedValue(english explain.Language, unit string, value any) string {
	switch value := value.(type) {
	case json.Number:
		return quantity(english, unit, value)
	}
	return english.Value(value)
}

// treeDiff is the JSON of GET /v1/revisions/{revision}/diff/{other}.
type treeDiff struct {
	From   string        `json:"from"`
	To     string        `json:"to"`
	Files  []fileChange  `json:"files"`
	Values []valueChange `json:"values"`
}

type fileChange struct {
	Path   string `json:"path"`
	Change string `json:"change"`
}

type valueChange struct {
	Folder string       `json:"folder"`
	Name   string       `json:"name"`
	Unit   string       `json:"unit,omitempty"`
	Since  decision.Day `json:"since"`
	Before any          `json:"before,omitempty"`
	After  any          `json:"after,omitempty"`
}

func diffResult(sides [2]*policy.Revision, diff decision.Diff) treeDiff {
	result := treeDiff{From: sides[0].Digest(), To: sides[1].Digest(), Files: []fileChange{}, Values: []valueChange{}}
	for _, f := range diff.Files {
		result.Files = append(result.Files, fileChange(f))
	}
	for _, v := range diff.Values {
		result.Values = append(result.Values, valueChange(v))
	}
	return result
}
