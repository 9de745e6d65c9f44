package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/policy"
)

// boundariesFile lies beside the probes. It is no part of the tree: it follows from it,
// and to change a number must not take two edits before it may serve.
const boundariesFile = "boundaries.txt"

func runBoundaries(cmd *cobra.Command, options testOptions) error {
	revision, err := loadToCheck(cmd, options.folders)
	if err != nil {
		return err
	}
	_, layers, dirs, err := findPolicies(options.folders)
	if err != nil {
		return err
	}
	boundaries, problems := revision.Boundaries(cmd.Context())
	tables := tablesOf(revision, boundaries)
	if options.update {
		dir, err := folderToUpdate(options.folders, dirs)
		if err != nil {
			return err
		}
		return updateTables(cmd, layers, dir, tables, problems)
	}
	for _, name := range sortedNames(tables) {
		if kept, err := readLayered(layers, name); err != nil || kept != tables[name] {
			problems = append(problems, decision.PolicyProblem{
				File: name, Line: firstDifference(kept, tables[name]), Message: "something else is decided now; read the difference, then run assay test --boundaries --update",
			})
		}
	}
	if options.json {
		err = writeJSON(cmd, boundaryResults(boundaries, problems))
	} else {
		for _, name := range sortedNames(tables) {
			fmt.Fprint(cmd.OutOrStdout(), tables[name])
		}
		for _, p := range problems {
			fmt.Fprintln(cmd.OutOrStdout(), p)
		}
	}
	if err == nil && len(problems) > 0 {
		return errReported
	}
	return err
}

// updateTables writes the tables to the last folder, unless they read the same already.
func updateTables(cmd *cobra.Command, layers []fs.FS, dir string, tables map[string]string, problems []decision.PolicyProblem) error {
	for _, name := range sortedNames(tables) {
		if kept, err := readLayered(layers, name); err == nil && kept == tables[name] {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(tables[name]), 0o644); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), file)
	}
	for _, p := range problems {
		fmt.Fprintln(cmd.OutOrStdout(), p)
	}
	if len(problems) > 0 {
		return errReported
	}
	return nil
}

// readLayered reads the file of the last layer that has it.
func readLayered(layers []fs.FS, name string) (string, error) {
	for _, layer := range slices.Backward(layers) {
		content, err := fs.ReadFile(layer, name)
		if !errors.Is(err, fs.ErrNotExist) {
			return string(content), err
		}
	}
	return "", fs.ErrNotExist
}

func sortedNames(tables map[string]string) []string {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// firstDifference is the line from which two texts differ.
func firstDifference(a, b string) int {
	linesA, linesB := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(linesA), len(linesB)) {
		if linesA[i] != linesB[i] {
			return i + 1
		}
	}
	return min(len(linesA), len(linesB))
}

// tablesOf writes the boundaries of each file of probes for people.
func tablesOf(revision decision.Revision, boundaries []policy.Boundary) map[string]string {
	english := explain.New("en", revision.Texts()["en"])
	tables := make(map[string]string)
	for _, b := range boundaries {
		name := strings.TrimSuffix(b.File, policy.ProbesFile) + boundariesFile
		if tables[name] != "" {
			tables[name] += "\n"
		}
		tables[name] += tableOf(english, b)
	}
	return tables
}

func tableOf(english explain.Language, b policy.Boundary) string {
	var table strings.Builder
	fmt.Fprintf(&table, "%s %s: %s is %s since %s\n", b.Ref, english.Title(b.Program, b.Requirement), b.Value,
		quantity(english, b.Unit, b.Limit), english.Value(b.Since))
	place := b.Kind
	if b.Key != "" {
		place += " " + b.Key
	}
	fmt.Fprintf(&table, "as of %s, where %s has %s:\n", english.Value(b.AsOf), place, strings.TrimPrefix(b.Field, "/"))
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, row := range b.Rows {
		fmt.Fprintf(columns, "  %s\t%s\t%s\t%s\n", row.Input, holds(english, b.Unit, row), row.Status, because(row))
	}
	columns.Flush()
	return table.String()
}

// because is the reason behind a status, where it says more.
func because(row policy.BoundaryRow) string {
	return cmp.Or(strings.TrimPrefix(row.Reason, string(row.Status)), "–")
}

// holds says what the field holds; of the wrong type, as it stands there.
func holds(english explain.Language, unit string, row policy.BoundaryRow) string {
	switch {
	case row.Holds == nil:
		return "–"
	case row.Input == "mistyped":
		raw, err := json.Marshal(row.Holds)
		if err != nil {
			return err.Error() // it came from JSON
		}
		return string(raw)
	case row.Count >= 0:
		return quantity(english, unit, json.Number(strconv.Itoa(row.Count)))
	}
	if number, ok := row.Holds.(json.Number); ok {
		return quantity(english, unit, number)
	}
	return english.Value(row.Holds)
}

// quantity is a number with its unit, unless the name of the value says what it counts.
func quantity(english explain.Language, unit string, number json.Number) string {
	if unit == "count" || unit == "day_of_month" {
		return english.Value(number)
	}
	return english.Value(map[string]any{unit: number})
}

// boundaryResult is what --json prints of one number.
type boundaryResult struct {
	Program     string       `json:"program"`
	Requirement string       `json:"requirement"`
	Value       string       `json:"value"`
	Unit        string       `json:"unit"`
	Limit       json.Number  `json:"limit"`
	Since       decision.Day `json:"since"`
	AsOf        decision.Day `json:"as_of"`
	Fact        struct {
		Kind string `json:"kind"`
		Key  string `json:"key,omitempty"`
	} `json:"fact"`
	Field string        `json:"field"`
	Rows  []boundaryRow `json:"rows"`
}

type boundaryRow struct {
	Input   string           `json:"input"`
	Holds   any              `json:"holds"`
	Status  decision.Status  `json:"status"`
	Reason  string           `json:"reason"`
	Outcome decision.Outcome `json:"outcome"`
}

func boundaryResults(boundaries []policy.Boundary, problems []decision.PolicyProblem) any {
	results := struct {
		Boundaries []boundaryResult `json:"boundaries"`
		Problems   []problemResult  `json:"problems"`
	}{[]boundaryResult{}, []problemResult{}}
	for _, b := range boundaries {
		result := boundaryResult{
			Program: b.Program, Requirement: b.Requirement, Value: b.Value, Unit: b.Unit,
			Limit: b.Limit, Since: b.Since, AsOf: b.AsOf, Field: b.Field,
		}
		result.Fact.Kind, result.Fact.Key = b.Kind, b.Key
		for _, row := range b.Rows {
			result.Rows = append(result.Rows, boundaryRow{row.Input, row.Holds, row.Status, row.Reason, row.Outcome})
		}
		results.Boundaries = append(results.Boundaries, result)
	}
	for _, p := range problems {
		results.Problems = append(results.Problems, problemResult{p.File, p.Line, p.Message})
	}
	return results
}

// problemResult is a place in the tree and what is wrong there.
type problemResult struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Detail string `json:"detail"`
}
