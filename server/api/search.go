package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"

	"assay/server/decision"
	"assay/server/explain"
)

func (s *server) ListDecisions(ctx context.Context, r ListDecisionsRequestObject) (ListDecisionsResponseObject, error) {
	p := r.Params
	kind, err := negotiate(requestOf(ctx).accept, jsonType, ndjsonType, csvType)
	if err != nil {
		return nil, err
	}
	// The words of the revision that serves now: to load every revision that a page
	// touches would cost more than the page.
	tag, speaker, err := choose(s.service.Revisions.Current().Texts(), p.Lang, p.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	q, err := readDecisionQuery(p)
	if err != nil {
		return nil, err
	}
	if kind != jsonType {
		if p.Limit != nil || p.Cursor != nil {
			return nil, failAt(ProblemCodeInvalidParameter, inParameter("limit", "limit and cursor are for pages: "+kind+" gives everything that is found"))
		}
		return &export{ctx: ctx, log: s.service.Store, query: q, kind: kind, tag: tag, speaker: speaker}, nil
	}
	return s.decisionPage(ctx, q, p.Limit, p.Cursor, tag, speaker)
}

func (s *server) decisionPage(ctx context.Context, q decision.DecisionQuery, most *int, at *string, tag string, speaker explain.Language) (ListDecisionsResponseObject, error) {
	asked, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	filters := filtersDigest("decisions", string(asked))
	from, err := parseCursor(at, filters)
	if err != nil {
		return nil, err
	}
	limit := limitOf(most)
	q.After, q.Limit = from.Place, limit+1
	found, err := s.service.Store.Decisions(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("search decisions: %w", err)
	}
	shown, more := page(found, limit)
	body := DecisionList{Decisions: make([]DecisionSummary, len(shown))}
	for i, entry := range shown {
		if body.Decisions[i], err = summarize(entry.Decision, speaker); err != nil {
			return nil, err
		}
	}
	if more {
		body.NextCursor = optional(cursor{Filters: filters, Place: shown[limit-1].Seq}.String())
	}
	return ListDecisions200JSONResponse{Body: body, Headers: ListDecisions200ResponseHeaders{ContentLanguage: tag}}, nil
}

// readDecisionQuery reads the filters; the document has checked each by itself.
func readDecisionQuery(p ListDecisionsParams) (decision.DecisionQuery, error) {
	q := decision.DecisionQuery{
		Partner: value(p.Partner), Program: value(p.Program), Outcome: decision.Outcome(value(p.Outcome)), Action: value(p.Action),
		Requirement: value(p.Requirement), Status: decision.Status(value(p.Status)), Reason: value(p.Reason), Due: p.Due,
		Revision: value(p.Revision), Caller: value(p.Caller), RequestID: value(p.RequestId), TraceID: value(p.TraceId),
		AsOfFrom: value(p.AsOfFrom), AsOfTo: value(p.AsOfTo), DecidedFrom: instant(p.DecidedFrom), DecidedTo: instant(p.DecidedTo),
		OldestFirst: value(p.Order) == ListDecisionsParamsOrderOldest,
	}
	if p.DecidedFrom != nil && p.DecidedTo != nil && !q.DecidedTo.After(q.DecidedFrom) {
		return q, failAt(ProblemCodeInvalidParameter, inParameter("decided_to", "must be after decided_from"))
	}
	return q, inOrder("as_of", p.AsOfFrom, p.AsOfTo)
}

// inOrder refuses a span of days that has none.
func inOrder(name string, from, to *decision.Day) error {
	if from != nil && to != nil && *to <= *from {
		return failAt(ProblemCodeInvalidParameter, inParameter(name+"_to", "must be after "+name+"_from"))
	}
	return nil
}

func summarize(d decision.Decision, speaker explain.Language) (DecisionSummary, error) {
	result, err := decision.ParseResult(d.Result)
	if err != nil {
		return DecisionSummary{}, fmt.Errorf("decision %s: %w", d.ID, err)
	}
	return writeSummary(d, result, speaker), nil
}

func (s *server) CountDecisions(ctx context.Context, r CountDecisionsRequestObject) (CountDecisionsResponseObject, error) {
	q, err := readTallyQuery(r.Params)
	if err != nil {
		return nil, err
	}
	tally, err := s.service.Store.Tally(ctx, q)
	if err != nil {
		return nil, err
	}
	return CountDecisions200JSONResponse(writeTally(tally)), nil
}

func readTallyQuery(p CountDecisionsParams) (decision.TallyQuery, error) {
	return decision.TallyQuery{Program: value(p.Program), From: value(p.DecidedFrom), To: value(p.DecidedTo)},
		inOrder("decided", p.DecidedFrom, p.DecidedTo)
}

func writeTally(tally decision.Tally) DecisionStats {
	stats := DecisionStats{
		Outcomes: []OutcomeCount{}, Requirements: make([]FindingCount, len(tally.Findings)), Days: make([]DayCount, len(tally.Outcomes)),
	}
	type kind struct {
		program string
		outcome decision.Outcome
	}
	totals := make(map[kind]int64)
	for i, o := range tally.Outcomes {
		stats.Decisions += o.Count
		totals[kind{o.Program, o.Outcome}] += o.Count
		stats.Days[i] = DayCount{Day: o.Day, Program: o.Program, Outcome: string(o.Outcome), Decisions: o.Count}
	}
	for _, k := range slices.SortedFunc(maps.Keys(totals), func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.program, b.program), cmp.Compare(a.outcome, b.outcome))
	}) {
		stats.Outcomes = append(stats.Outcomes, OutcomeCount{Program: k.program, Outcome: string(k.outcome), Decisions: totals[k]})
	}
	for i, f := range tally.Findings {
		stats.Requirements[i] = FindingCount{
			Program: f.Program, Requirement: f.Requirement, Status: string(f.Status), Due: f.Due, Reason: f.Reason, Decisions: f.Count,
		}
	}
	return stats
}

// The media types of a search.
const (
	jsonType   = "application/json"
	ndjsonType = "application/x-ndjson"
	csvType    = "text/csv"
)

// negotiate picks the media type that the caller prefers; the first one if it does not
// care.
func negotiate(accept string, offered ...string) (string, error) {
	if strings.TrimSpace(accept) == "" {
		return offered[0], nil
	}
	best, quality := "", 0.0
	for _, kind := range offered {
		if q := preference(accept, kind); q > quality {
			best, quality = kind, q
		}
	}
	if best == "" {
		return "", &failure{code: ProblemCodeNotAcceptable, detail: "there is " + strings.Join(offered, ", ")}
	}
	return best, nil
}

// preference is how much a media type is wanted, by the most specific range that covers
// it; 0 is not at all. What cannot be read is passed over.
func preference(accept, kind string) float64 {
	quality, precision := 0.0, -1
	for _, wish := range strings.Split(accept, ",") {
		name, parameters, err := mime.ParseMediaType(wish)
		if err != nil {
			continue
		}
		specific := slices.Index([]string{"*/*", strings.Split(kind, "/")[0] + "/*", kind}, name)
		if specific <= precision {
			continue
		}
		precision, quality = specific, 1
		if q, ok := parameters["q"]; ok {
			if quality, err = strconv.ParseFloat(q, 64); err != nil {
				quality = 1
			}
		}
	}
	return quality
}
