package impact

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"assay/server/decision"
	"assay/server/spreadsheet"
)

// Writer gets a report as it comes about: after the beginning each section, with its
// turns between its own beginning and end.
type Writer interface {
	Begin(Header) error
	Section(Description) error
	Turn(Turn) error
	EndSection(Section) error
	End(Summary) error
}

// Both writes to two at once.
func Both(first, second Writer) Writer { return both{first, second} }

type both [2]Writer

func (w both) each(write func(Writer) error) error {
	if err := write(w[0]); err != nil {
		return err
	}
	return write(w[1])
}

func (w both) Begin(h Header) error { return w.each(func(w Writer) error { return w.Begin(h) }) }
func (w both) Section(d Description) error {
	return w.each(func(w Writer) error { return w.Section(d) })
}
func (w both) Turn(t Turn) error { return w.each(func(w Writer) error { return w.Turn(t) }) }
func (w both) EndSection(s Section) error {
	return w.each(func(w Writer) error { return w.EndSection(s) })
}
func (w both) End(s Summary) error { return w.each(func(w Writer) error { return w.End(s) }) }

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
	row := []string{
		t.Partner, t.DecisionID, t.Program, t.Action, string(t.AsOf), string(t.Before), string(t.After), strings.Join(changed, "; "), t.By.String(),
	}
	for i, text := range row { // callers name partners, and the candidate all the rest
		row[i] = spreadsheet.Cell(text)
	}
	return w.rows.Write(row)
}

func (w *csvWriter) Section(Description) error { return nil }
func (w *csvWriter) EndSection(Section) error  { return nil }

func (w *csvWriter) End(Summary) error {
	w.rows.Flush()
	return w.rows.Error()
}

// NewJSON writes one document, which Replay reads.
func NewJSON(w io.Writer) Writer { return &jsonWriter{w: w} }

type jsonWriter struct {
	w               io.Writer
	sections, turns int
}

type jsonHeader struct {
	Live      string       `json:"live"`
	Candidate string       `json:"candidate"`
	Values    []jsonValue  `json:"values"`
	Files     []jsonChange `json:"files"`
	Units     []string     `json:"units"`
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
	out := jsonHeader{h.Live, h.Candidate, []jsonValue{}, []jsonChange{}, append([]string{}, h.Units...)}
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
	_, err = fmt.Fprintf(w.w, "%s,\n\"sections\": [", raw[:len(raw)-1])
	return err
}

func (w *jsonWriter) Section(d Description) error {
	raw, err := encode(d)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "%s{\"population\":%s,\n\"turns\": [", separator(w.sections), raw)
	w.sections++
	w.turns = 0
	return err
}

func (w *jsonWriter) Turn(t Turn) error {
	raw, err := encode(t)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "%s%s", separator(w.turns), raw)
	w.turns++
	return err
}

func separator(before int) string {
	if before == 0 {
		return "\n"
	}
	return ",\n"
}

func (w *jsonWriter) EndSection(s Section) error {
	raw, err := encode(s)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "\n],\n%s", raw[1:])
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

// document is what jsonWriter writes.
type document struct {
	jsonHeader
	Sections []struct {
		Population Description `json:"population"`
		Turns      []Turn      `json:"turns"`
		Section
	} `json:"sections"`
	Summary
}

// Replay hands a report that was written as JSON to another writer.
func Replay(r io.Reader, w Writer) error {
	var d document
	dec := json.NewDecoder(r)
	dec.UseNumber() // the values of the rules stay as they were
	if err := dec.Decode(&d); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	header := Header{Live: d.Live, Candidate: d.Candidate, Units: d.Units}
	for _, v := range d.Values {
		header.Values = append(header.Values, decision.ValueChange(v))
	}
	for _, f := range d.Files {
		header.Files = append(header.Files, decision.FileChange(f))
	}
	if err := w.Begin(header); err != nil {
		return err
	}
	summary := d.Summary
	for _, s := range d.Sections {
		s.Section.Population = s.Population
		if err := w.Section(s.Population); err != nil {
			return err
		}
		for _, t := range s.Turns {
			if err := w.Turn(t); err != nil {
				return err
			}
		}
		if err := w.EndSection(s.Section); err != nil {
			return err
		}
		summary.Sections = append(summary.Sections, s.Section)
	}
	return w.End(summary)
}
