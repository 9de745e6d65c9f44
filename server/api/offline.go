package api

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"assay/server/decision"
	"assay/server/explain"
)

// Offline reads requests and writes answers as the HTTP API does, for whoever has a
// file in place of a connection.
type Offline struct{ contract *contract }

// NewOffline makes an Offline.
func NewOffline() Offline { return Offline{mustContract(document)} }

// ReadDecisionRequest reads what POST /v1/decisions takes. The error is for people
// and has a line for each place that is wrong.
func (o Offline) ReadDecisionRequest(body []byte) (decision.Request, error) {
	operation := o.contract.operations[route{http.MethodPost, "/v1/decisions"}]
	if err := checkJSON(operation.body, body); err != nil {
		return decision.Request{}, plain(err)
	}
	var r DecisionRequest
	if err := json.Unmarshal(body, &r); err != nil {
		return decision.Request{}, err
	}
	request, err := readDecisionRequest(r)
	if err != nil {
		return decision.Request{}, plain(err)
	}
	return request, nil
}

// WriteDecision writes what POST /v1/decisions answers, indented.
func (o Offline) WriteDecision(d decision.Decision, revision decision.Revision, lang string) ([]byte, error) {
	_, speaker, err := choose(revision.Texts(), &lang, nil)
	if err != nil {
		return nil, plain(err)
	}
	answer, err := writeDecision(d, revision.Programs(), speaker)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(answer, "", "  ")
}

// WritePreview writes what POST /v1/previews answers, indented.
func (o Offline) WritePreview(p decision.Preview, lang string) ([]byte, error) {
	answer, err := writePreview(p, lang)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(answer, "", "  ")
}

// WriteDecisionDiff writes what GET /v1/decisions/{decision_id}/diff/{other} answers,
// indented.
func (o Offline) WriteDecisionDiff(w decision.Why, latest decision.Texts, lang string) ([]byte, error) {
	_, speaker, err := speakerOfWhy(w, latest, &lang, nil)
	if err != nil {
		return nil, plain(err)
	}
	answer, err := writeWhy(w, speaker)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(answer, "", "  ")
}

// ReadDecisionQuery reads the parameters of GET /v1/decisions, of which there are some.
func (o Offline) ReadDecisionQuery(parameters map[string]string) (decision.DecisionQuery, error) {
	var p ListDecisionsParams
	if err := o.readParameters("/v1/decisions", parameters, &p); err != nil {
		return decision.DecisionQuery{}, err
	}
	q, err := readDecisionQuery(p)
	return q, plain(err)
}

// ReadTallyQuery reads the parameters of GET /v1/decisions/stats.
func (o Offline) ReadTallyQuery(parameters map[string]string) (decision.TallyQuery, error) {
	var p CountDecisionsParams
	if err := o.readParameters("/v1/decisions/stats", parameters, &p); err != nil {
		return decision.TallyQuery{}, err
	}
	q, err := readTallyQuery(p)
	return q, plain(err)
}

// readParameters holds parameters against the document and fills in the struct that is
// generated for them, whose JSON names are theirs.
func (o Offline) readParameters(path string, given map[string]string, into any) error {
	known := o.contract.operations[route{http.MethodGet, path}].parameters
	values := make(map[string]any, len(given))
	var places []ProblemPlace
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(known, func(p parameter) bool { return p.name == name })
		if i < 0 {
			places = append(places, inParameter(name, "does not go with this"))
			continue
		}
		values[name] = known[i].value(given[name])
		for _, problem := range known[i].schema.Check(values[name]) {
			places = append(places, inParameter(name, problem.Message))
		}
	}
	if len(places) > 0 {
		return plain(failAt(ProblemCodeInvalidParameter, places...))
	}
	raw, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// Rows writes decisions one after another, as a search over HTTP gives them; none is
// kept. Outcomes are told in words of no policies.
type Rows interface {
	Row(decision.Decision) error
	// Flush writes what is buffered.
	Flush() error
	// End completes what was written; nothing comes after it.
	End() error
}

// NewRows writes "csv", "ndjson" or else "json", which is one document.
func NewRows(format string, w io.Writer) Rows {
	_, speaker, _ := choose(nil, nil, nil)
	switch format {
	case "csv":
		return &plainRows{newRowWriter(csvType, w), speaker}
	case "ndjson":
		return &plainRows{newRowWriter(ndjsonType, w), speaker}
	}
	return &jsonRows{w: w, speaker: speaker}
}

type plainRows struct {
	rows    rowWriter
	speaker explain.Language
}

func (r *plainRows) Row(d decision.Decision) error {
	summary, err := summarize(d, r.speaker)
	if err != nil {
		return err
	}
	return r.rows.row(summary)
}

func (r *plainRows) Flush() error { return r.rows.flush() }
func (r *plainRows) End() error   { return r.rows.flush() }

// jsonRows are a DecisionList that is written as it comes.
type jsonRows struct {
	w       io.Writer
	speaker explain.Language
	n       int
}

func (r *jsonRows) Row(d decision.Decision) error {
	summary, err := summarize(d, r.speaker)
	if err != nil {
		return err
	}
	separator := ",\n"
	if r.n++; r.n == 1 {
		separator = "{\"decisions\": [\n"
	}
	raw, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.w, "%s%s", separator, raw)
	return err
}

func (r *jsonRows) Flush() error { return nil }

func (r *jsonRows) End() error {
	text := "\n]}\n"
	if r.n == 0 {
		text = "{\"decisions\": []}\n"
	}
	_, err := io.WriteString(r.w, text)
	return err
}

// WriteTally writes what GET /v1/decisions/stats answers, indented.
func WriteTally(w io.Writer, tally decision.Tally) error {
	raw, err := json.MarshalIndent(writeTally(tally), "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", raw)
	return err
}

// plain writes what a problem document would hold as lines.
func plain(err error) error {
	if err == nil {
		return nil
	}
	f := failureOf(err)
	if f.code == ProblemCodeInternalError {
		return err
	}
	var lines []string
	for _, place := range f.places {
		where := value(place.Pointer)
		if place.Parameter != nil {
			where = "--" + strings.ReplaceAll(*place.Parameter, "_", "-")
		}
		lines = append(lines, strings.TrimPrefix(fmt.Sprintf("%s: %s", where, place.Detail), ": "))
	}
	if len(lines) == 0 {
		lines = append(lines, f.detail)
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}
