package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"assay/server/decision"
)

func (s *server) ListReports(ctx context.Context, r ListReportsRequestObject) (ListReportsResponseObject, error) {
	filters := filtersDigest("reports")
	from, err := parseCursor(r.Params.Cursor, filters)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	found, err := s.service.Store.Reports(ctx, from.Place, limit+1)
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	shown, more := page(found, limit)
	answer := ListReports200JSONResponse{Reports: make([]ReportEntry, len(shown))}
	for i, report := range shown {
		answer.Reports[i] = ReportEntry{Report: report.ID, CreatedAt: report.CreatedAt.UTC(), Live: report.Live, Candidate: report.Candidate}
		if a := report.Accepted; a.By != "" {
			answer.Reports[i].Acceptance = &Acceptance{By: a.By, At: a.At.UTC()}
		}
	}
	if more {
		answer.NextCursor = optional(cursor{Filters: filters, Place: shown[limit-1].Seq}.String())
	}
	return answer, nil
}

func (s *server) GetReport(ctx context.Context, r GetReportRequestObject) (GetReportResponseObject, error) {
	report, err := s.service.Store.Report(ctx, r.Report)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, fail(ProblemCodeReportNotFound, "no report with this id is kept; GET /v1/reports lists those that are")
	}
	if err != nil {
		return nil, fmt.Errorf("read report %s: %w", r.Report, err)
	}
	form := preferred(requestOf(ctx).accept)
	var body bytes.Buffer
	if err := s.render(&body, form.name, report.Content); err != nil {
		return nil, fmt.Errorf("render report %s: %w", r.Report, err)
	}
	return reportAnswer{form.mediaType, body.Bytes()}, nil
}

// form is one way to write a report.
type form struct{ name, mediaType string }

// forms are all of them; the first one is for whoever does not mind.
var forms = []form{
	{"json", "application/json"},
	{"markdown", "text/markdown; charset=utf-8"},
	{"csv", "text/csv; charset=utf-8"},
}

// preferred is the form that the header Accept asks for most, of equals the one that it
// names first.
func preferred(accept string) form {
	best, most := forms[0], 0.0
	for wish := range strings.SplitSeq(accept, ",") {
		mediaType, parameters, err := mime.ParseMediaType(wish)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, ok := parameters["q"]; ok {
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		for _, f := range forms {
			if matches(mediaType, f.mediaType) && weight > most {
				best, most = f, weight
			}
		}
	}
	return best
}

// matches tells whether a wish, such as text/*, is for the media type.
func matches(wish, mediaType string) bool {
	plain, _, _ := strings.Cut(mediaType, ";")
	kind, any := strings.CutSuffix(wish, "/*")
	return wish == plain || any && (kind == "*" || strings.HasPrefix(plain, kind+"/"))
}

// reportAnswer is a report as it was rendered, which the generated answers would encode
// once more.
type reportAnswer struct {
	mediaType string
	body      []byte
}

// VisitGetReportResponse implements GetReportResponseObject.
func (a reportAnswer) VisitGetReportResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", a.mediaType)
	w.Header().Set("Vary", "Accept")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(a.body)
	return err
}

func (s *server) AcceptReport(ctx context.Context, r AcceptReportRequestObject) (AcceptReportResponseObject, error) {
	activation, err := s.service.Revisions.Accept(ctx, r.Report, r.Body.By)
	switch {
	case errors.Is(err, decision.ErrNotFound):
		return nil, fail(ProblemCodeReportNotFound, "no policies wait with this report; GET /v1/status names the one they wait with")
	case errors.Is(err, decision.ErrCandidateChanged):
		return nil, fail(ProblemCodeCandidateChanged, "the folder holds other policies than those that were measured; GET /v1/status will name their report")
	case err != nil:
		return nil, fmt.Errorf("accept report %s: %w", r.Report, err)
	}
	requestOf(ctx).revision = activation.Revision
	return AcceptReport201JSONResponse(writeActivation(activation)), nil
}
