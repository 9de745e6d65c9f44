package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"assay/server/decision"
	"assay/server/explain"
	"assay/server/spreadsheet"
)

// rowWriter writes decisions one after another; none is kept.
type rowWriter interface {
	row(DecisionSummary) error
	// flush writes what is buffered.
	flush() error
}

func newRowWriter(kind string, w io.Writer) rowWriter {
	if kind == csvType {
		return &csvRows{out: csv.NewWriter(w)}
	}
	return ndjsonRows{w}
}

type ndjsonRows struct{ w io.Writer }

func (rows ndjsonRows) row(d DecisionSummary) error { return writeLine(rows.w, d) }
func (ndjsonRows) flush() error                     { return nil }

// writeLine writes a value as a line of JSON.
func writeLine(w io.Writer, v any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(line.Bytes())
	return err
}

type csvRows struct {
	out   *csv.Writer
	begun bool
}

var csvColumns = []string{
	"decision_id", "decided_at", "program", "action", "actor", "partner", "outcome", "rollup", "version", "phase", "as_of", "known_at",
	"revision", "facts_digest", "caller", "request_id", "trace_id",
}

// begin writes the names of the columns, once.
func (rows *csvRows) begin() error {
	if rows.begun {
		return nil
	}
	rows.begun = true
	return rows.out.Write(csvColumns)
}

func (rows *csvRows) row(d DecisionSummary) error {
	if err := rows.begin(); err != nil {
		return err
	}
	actor := ""
	if d.Actor != nil {
		actor = d.Actor.Id
	}
	cells := []string{
		d.DecisionId, d.DecidedAt.Format(time.RFC3339Nano), d.Program, value(d.Action), actor, value(d.Partner), d.Outcome, d.Rollup,
		value(d.Version), value(d.Phase), string(d.AsOf), d.KnownAt.Format(time.RFC3339Nano), d.Revision, d.FactsDigest,
		value(d.Caller), value(d.RequestId), value(d.TraceId),
	}
	for i, cell := range cells {
		cells[i] = spreadsheet.Cell(cell)
	}
	return rows.out.Write(cells)
}

func (rows *csvRows) flush() error {
	if err := rows.begin(); err != nil {
		return err
	}
	rows.out.Flush()
	return rows.out.Error()
}

// export is an answer that is written while it is found. A page of the log is in memory
// at a time.
type export struct {
	ctx       context.Context
	log       decision.DecisionLog
	query     decision.DecisionQuery
	kind, tag string
	speaker   explain.Language
}

// Decisions between two flushes, and how long a reader may take for them.
const (
	flushEvery     = 200
	exportPatience = time.Minute
)

// VisitListDecisionsResponse implements ListDecisionsResponseObject.
func (e *export) VisitListDecisionsResponse(w http.ResponseWriter) error {
	rows, control, n := newRowWriter(e.kind, w), http.NewResponseController(w), 0
	flush := func() error {
		if err := rows.flush(); err != nil {
			return err
		}
		// Both are wishes: what stands between may buffer, or have no deadlines.
		_ = control.SetWriteDeadline(time.Now().Add(exportPatience))
		_ = control.Flush()
		return nil
	}
	for entry, err := range decision.Walk(e.ctx, e.log, e.query) {
		if err != nil && n == 0 {
			return err // nothing is written yet, so it can be answered
		}
		if n++; n == 1 {
			e.begin(w)
		}
		if err == nil {
			err = e.write(rows, entry.Decision)
		}
		if err == nil && n%flushEvery == 0 {
			err = flush()
		}
		if err != nil {
			return e.breakOff(w, errors.Join(err, rows.flush()))
		}
	}
	if n == 0 {
		e.begin(w)
	}
	return flush()
}

func (e *export) begin(w http.ResponseWriter) {
	w.Header().Set("Content-Type", e.kind)
	w.Header().Set("Content-Language", e.tag)
	w.WriteHeader(http.StatusOK)
}

func (e *export) write(rows rowWriter, d decision.Decision) error {
	summary, err := summarize(d, e.speaker)
	if err != nil {
		return err
	}
	return rows.row(summary)
}

// breakOff lets the reader see that there should be more.
func (e *export) breakOff(w io.Writer, cause error) error {
	_, problem := problemOf(e.ctx, cause)
	if e.kind == ndjsonType {
		return writeLine(w, map[string]Problem{"error": problem})
	}
	requestOf(e.ctx).broken = true
	return nil
}
