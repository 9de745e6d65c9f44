package impact

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"assay/server/decision"
)

// Writer gets a report as it comes about.
type Writer interface {
	Begin(Header) error
	Turn(Turn) error
	End(Summary) error
}

// NewCSV writes one row per turn.
func NewCSV(w io.Writer) Writer { return &csvWriter{csv.NewWriter(w)} }

type csvWriter struct{ rows *csv.Writer }

func (w *csvWriter) Begin(Header) error {
	return w.rows.Write([]string{"partner", "decision_id", "program", "action", "as_of", "before", "after", "findings", "turned_by"})
}

func (w *csvWriter) Turn(t Turn) error {
	changed := make([]string, len(t.Findings))
	for i, f := range t.Findings {
		changed[i] = f.String()
	}
	return w.rows.Write([]string{
		plainCell(t.Partner), plainCell(t.DecisionID), t.Program, t.Action, string(t.AsOf), string(t.Before), string(t.After),
		strings.Join(changed, "; "), t.By.String(),
	})
}

// plainCell keeps an id that callers chose from being taken for a formula by a
// spreadsheet.
func plainCell(id string) string {
	if id != "" && strings.ContainsRune("=+-@\t\r", rune(id[0])) {
		return "'" + id
	}
	return id
}

func (w *csvWriter) End(Summary) error {
	w.rows.Flush()
	return w.rows.Error()
}

// NewJSON writes one document.
func NewJSON(w io.Writer) Writer { return &jsonWriter{w: w} }

type jsonWriter struct {
	w     io.Writer
	turns int
}

type jsonHeader struct {
	Live       string       `json:"live"`
	Candidate  string       `json:"candidate"`
	Population Description  `json:"population"`
	Values     []jsonValue  `json:"values"`
	Files      []jsonChange `json:"files"`
	Units      []string     `json:"units"`
}

type jsonChange struct {
	Path   string `json:"path"`
	Change string `json:"change"`
}

type jsonValue struct {
	Folder string       `json:"folder"`
	Name   string       `json:"name"`
	Unit   string       `json:"unit"`
	Since  decision.Day `json:"since"`
	Before any          `json:"before"`
	After  any          `json:"after"`
}

func (w *jsonWriter) Begin(h Header) error {
	out := jsonHeader{h.Live, h.Candidate, h.Population, []jsonValue{}, []jsonChange{}, append([]string{}, h.Units...)}
	for _, v := range h.Values {
		out.Values = append(out.Values, jsonValue(v))
	}
	for _, f := range h.Files {
		out.Files = append(out.Files, jsonChange(f))
	}
	raw, err := encode(out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "%s,\n\"turns\": [", raw[:len(raw)-1])
	return err
}

func (w *jsonWriter) Turn(t Turn) error {
	raw, err := encode(t)
	if err != nil {
		return err
	}
	separator := ",\n"
	if w.turns++; w.turns == 1 {
		separator = "\n"
	}
	_, err = fmt.Fprintf(w.w, "%s%s", separator, raw)
	return err
}

func (w *jsonWriter) End(s Summary) error {
	raw, err := encode(s)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "\n],\n%s\n", raw[1:])
	return err
}

func encode(value any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return []byte(strings.TrimSpace(b.String())), err
}
