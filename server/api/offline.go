package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"assay/server/decision"
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
			where = "--" + *place.Parameter
		}
		lines = append(lines, strings.TrimPrefix(fmt.Sprintf("%s: %s", where, place.Detail), ": "))
	}
	if len(lines) == 0 {
		lines = append(lines, f.detail)
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}
