package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"assay/server/decision"
)

func (s *server) ListRevisions(ctx context.Context, r ListRevisionsRequestObject) (ListRevisionsResponseObject, error) {
	filters := filtersDigest("revisions")
	from, err := parseCursor(r.Params.Cursor, filters)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	found, err := s.service.Store.Activations(ctx, "", from.Place, limit+1)
	if err != nil {
		return nil, fmt.Errorf("list revisions: %w", err)
	}
	shown, more := page(found, limit)
	answer := ListRevisions200JSONResponse{Serving: s.service.Revisions.Status().Revision, Activations: writeActivations(shown)}
	if more {
		answer.NextCursor = optional(cursor{Filters: filters, Place: shown[limit-1].Seq}.String())
	}
	return answer, nil
}

// maxActivations bounds what is told of a single revision.
const maxActivations = 200

func (s *server) GetRevision(ctx context.Context, r GetRevisionRequestObject) (GetRevisionResponseObject, error) {
	files, err := s.filesOf(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	activations, err := s.service.Store.Activations(ctx, r.Revision, 0, maxActivations)
	if err != nil {
		return nil, fmt.Errorf("read revision %s: %w", r.Revision, err)
	}
	answer := GetRevision200JSONResponse{
		Revision: r.Revision, Serving: s.service.Revisions.Status().Revision == r.Revision,
		Files: []RevisionFile{}, Activations: writeActivations(activations),
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		answer.Files = append(answer.Files, RevisionFile{Path: path, Bytes: len(files[path]), Sha256: decision.Digest(files[path])})
	}
	return answer, nil
}

func (s *server) GetRevisionFile(ctx context.Context, r GetRevisionFileRequestObject) (GetRevisionFileResponseObject, error) {
	files, err := s.filesOf(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	content, ok := files[r.Params.Path]
	if !ok {
		return nil, fail(ProblemCodeFileNotFound, "the revision has no file at this path; GET /v1/revisions/{revision} lists its files")
	}
	return GetRevisionFile200TextResponse(content), nil
}

func (s *server) GetRevisionBundle(ctx context.Context, r GetRevisionBundleRequestObject) (GetRevisionBundleResponseObject, error) {
	revision, err := s.revisionOf(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	bundle, err := revision.Bundle()
	if err != nil {
		return nil, fmt.Errorf("bundle of revision %s: %w", r.Revision, err)
	}
	return GetRevisionBundle200ApplicationgzipResponse{Body: bytes.NewReader(bundle), ContentLength: int64(len(bundle))}, nil
}

func (s *server) DiffRevisions(ctx context.Context, r DiffRevisionsRequestObject) (DiffRevisionsResponseObject, error) {
	before, err := s.revisionOf(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	after, err := s.revisionOf(ctx, r.Other)
	if err != nil {
		return nil, err
	}
	answer := DiffRevisions200JSONResponse{From: r.Revision, To: r.Other, Files: []FileChange{}, Values: []ValueChange{}}
	for _, c := range decision.DiffFiles(before.Files(), after.Files()) {
		answer.Files = append(answer.Files, FileChange{Path: c.Path, Change: FileChangeChange(c.Change)})
	}
	for _, c := range decision.DiffValues(before, after) {
		answer.Values = append(answer.Values, ValueChange{
			Folder: c.Folder, Name: c.Name, Unit: optional(c.Unit), Since: c.Since, Before: c.Before, After: c.After,
		})
	}
	return answer, nil
}

func (s *server) ActivateRevision(ctx context.Context, r ActivateRevisionRequestObject) (ActivateRevisionResponseObject, error) {
	activation, err := s.service.Revisions.Activate(ctx, r.Revision, r.Body.By)
	switch {
	case errors.Is(err, decision.ErrNotFound):
		return nil, noRevision()
	case err != nil:
		return nil, fmt.Errorf("activate revision %s: %w", r.Revision, err)
	}
	requestOf(ctx).revision = activation.Revision
	return ActivateRevision201JSONResponse(writeActivation(activation)), nil
}

func (s *server) filesOf(ctx context.Context, digest string) (map[string][]byte, error) {
	files, err := s.service.Store.RevisionFiles(ctx, digest)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, noRevision()
	}
	return files, err
}

func (s *server) revisionOf(ctx context.Context, digest string) (decision.Revision, error) {
	revision, err := s.service.Revisions.Revision(ctx, digest)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, noRevision()
	}
	return revision, err
}

func noRevision() error {
	return fail(ProblemCodeRevisionNotFound, "no revision with this digest ever served; GET /v1/revisions lists those that did")
}

func writeActivations(activations []decision.Activation) []Activation {
	list := make([]Activation, len(activations))
	for i, a := range activations {
		list[i] = writeActivation(a)
	}
	return list
}

func writeActivation(a decision.Activation) Activation {
	return Activation{
		Revision: a.Revision, ActivatedAt: a.At.UTC(), By: optional(a.By), Report: optional(a.Report), InPlaceOf: optional(a.InPlaceOf),
		Source: a.Origin.Source, Commit: optional(a.Origin.Commit), Author: optional(a.Origin.Author), Message: optional(a.Origin.Message),
		Tests: a.Tests, Cases: a.Cases, Warnings: a.Warnings,
	}
}
