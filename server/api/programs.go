package api

import (
	"context"
	"slices"

	"assay/server/decision"
	"assay/server/explain"
)

func (s *server) ListKinds(_ context.Context, _ ListKindsRequestObject) (ListKindsResponseObject, error) {
	revision := s.service.Revisions.Current()
	answer := ListKinds200JSONResponse{Revision: revision.Digest(), Kinds: []Kind{}}
	for _, k := range revision.Kinds() {
		answer.Kinds = append(answer.Kinds, Kind{Name: k.Name, Schema: k.Schema})
	}
	return answer, nil
}

func (s *server) ListPrograms(_ context.Context, r ListProgramsRequestObject) (ListProgramsResponseObject, error) {
	revision := s.service.Revisions.Current()
	tag, speaker, err := choose(revision.Texts(), r.Params.Lang, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	programs := revision.Programs()
	body := ProgramList{Revision: revision.Digest(), Programs: make([]ProgramSummary, len(programs))}
	for i, p := range programs {
		title, description := speaker.Program(p)
		body.Programs[i] = ProgramSummary{Name: p.Name, Title: title, Description: optional(description)}
	}
	return ListPrograms200JSONResponse{Body: body, Headers: ListPrograms200ResponseHeaders{ContentLanguage: tag}}, nil
}

func (s *server) GetProgram(_ context.Context, r GetProgramRequestObject) (GetProgramResponseObject, error) {
	revision := s.service.Revisions.Current()
	tag, speaker, err := choose(revision.Texts(), r.Params.Lang, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	programs := revision.Programs()
	i := slices.IndexFunc(programs, func(p decision.Program) bool { return p.Name == r.Program })
	if i < 0 {
		return nil, fail(ProblemCodeProgramNotFound, "GET /v1/programs lists the programs")
	}
	body := writeProgram(programs[i], speaker)
	body.Revision = revision.Digest()
	return GetProgram200JSONResponse{Body: body, Headers: GetProgram200ResponseHeaders{ContentLanguage: tag}}, nil
}

func writeProgram(p decision.Program, speaker explain.Language) Program {
	title, description := speaker.Program(p)
	program := Program{
		Name: p.Name, Title: title, Description: optional(description),
		Stewardship:  writeStewardship(p.Stewardship),
		Outcomes:     speaker.Outcomes(p.Name),
		Citations:    make([]Citation, len(p.Citations)),
		Requirements: make([]Requirement, len(p.Requirements)),
	}
	for i, c := range p.Citations {
		program.Citations[i] = Citation{Title: c.Title, Url: c.URL}
	}
	for _, a := range p.Actions {
		program.Actions = append(program.Actions, Action{Id: a.ID, Title: speaker.Action(p.Name, a.ID), Gates: list(a.Gates), Citation: writeCitation(a.Citation)})
	}
	for i, r := range p.Requirements {
		program.Requirements[i] = Requirement{
			Id: r.ID, Ref: optional(r.Ref), Title: titleOf(speaker, p.Name, r.ID, r.Title),
			Facts: list(r.Facts), Citation: writeCitation(r.Citation), Values: writeValues(r.Values),
			Rule: RulePlace{File: r.Rule.File, Line: r.Rule.Line}, Stewardship: writeStewardship(r.Stewardship),
		}
	}
	return program
}

func writeStewardship(s decision.Stewardship) *Stewardship {
	if s.Owner == "" && len(s.Authors) == 0 && s.ConfirmedOn == "" && s.ReviewOn == "" {
		return nil
	}
	return &Stewardship{Owner: optional(s.Owner), Authors: s.Authors, ConfirmedOn: optional(s.ConfirmedOn), ReviewOn: optional(s.ReviewOn)}
}

func writeValues(values []decision.DatedValue) []DatedValue {
	list := make([]DatedValue, len(values))
	for i, v := range values {
		list[i] = DatedValue{Name: v.Name, Unit: optional(v.Unit), Entries: make([]DatedEntry, len(v.Entries))}
		for j, e := range v.Entries {
			list[i].Entries[j] = DatedEntry{Since: e.Since, Value: e.Value, Citation: writeCitation(e.Citation), Uncertain: e.Uncertain}
		}
	}
	return list
}
