package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"assay/server/decision"
	"assay/server/ledger"
)

// Ledger proves what is kept.
type Ledger interface {
	Identity() ledger.Identity
	Status(ctx context.Context) (ledger.Status, error)
	Checkpoint(ctx context.Context) (ledger.Checkpoint, error)
	Receipt(ctx context.Context, decision string) (ledger.Receipt, error)
	Inclusion(ctx context.Context, index, size int64) (leaf ledger.Hash, proof []ledger.Hash, err error)
	Consistency(ctx context.Context, from, to int64) ([]ledger.Hash, error)
	Tile(ctx context.Context, t ledger.Tile) ([]byte, error)
	Erasures(ctx context.Context, partner string) ([]ledger.Erasure, error)
}

func (s *server) GetLedgerKey(context.Context, GetLedgerKeyRequestObject) (GetLedgerKeyResponseObject, error) {
	return GetLedgerKey200TextplainCharsetUtf8Response{Body: strings.NewReader(s.ledger.Identity().Verifier + "\n")}, nil
}

func (s *server) GetCheckpoint(ctx context.Context, _ GetCheckpointRequestObject) (GetCheckpointResponseObject, error) {
	newest, err := s.ledger.Checkpoint(ctx)
	if err != nil {
		return nil, ledgerFailure("checkpoint", err)
	}
	return GetCheckpoint200TextplainCharsetUtf8Response{Body: strings.NewReader(newest.Note)}, nil
}

func (s *server) GetReceipt(ctx context.Context, r GetReceiptRequestObject) (GetReceiptResponseObject, error) {
	receipt, err := s.ledger.Receipt(ctx, r.DecisionId)
	if err != nil {
		return nil, ledgerFailure("receipt", err)
	}
	return GetReceipt200JSONResponse{
		DecisionId: r.DecisionId, Index: receipt.Index, Leaf: string(receipt.Leaf), LeafHash: receipt.Hash.String(),
		Proof: writeHashes(receipt.Proof), Checkpoint: receipt.Checkpoint.Note,
	}, nil
}

func (s *server) GetReceiptText(ctx context.Context, r GetReceiptTextRequestObject) (GetReceiptTextResponseObject, error) {
	receipt, err := s.ledger.Receipt(ctx, r.DecisionId)
	if err != nil {
		return nil, ledgerFailure("receipt", err)
	}
	return GetReceiptText200TextplainCharsetUtf8Response{Body: strings.NewReader(receipt.Text())}, nil
}

func (s *server) GetEvidence(ctx context.Context, r GetEvidenceRequestObject) (GetEvidenceResponseObject, error) {
	pack, err := s.evidence(ctx, r.DecisionId)
	if err != nil {
		return nil, ledgerFailure("evidence", err)
	}
	return GetEvidence200ApplicationzipResponse{
		Body: bytes.NewReader(pack), ContentLength: int64(len(pack)),
		// The id of a decision has no character that would need to be quoted.
		Headers: GetEvidence200ResponseHeaders{ContentDisposition: `attachment; filename="` + r.DecisionId + `.zip"`},
	}, nil
}

func (s *server) ProveInclusion(ctx context.Context, r ProveInclusionRequestObject) (ProveInclusionResponseObject, error) {
	size, err := s.sizeOr(ctx, r.Params.Size)
	if err != nil {
		return nil, err
	}
	leaf, proof, err := s.ledger.Inclusion(ctx, r.Params.Index, size)
	if err != nil {
		return nil, ledgerFailure("proof", err)
	}
	return ProveInclusion200JSONResponse{Index: r.Params.Index, Size: size, LeafHash: leaf.String(), Proof: writeHashes(proof)}, nil
}

func (s *server) ProveConsistency(ctx context.Context, r ProveConsistencyRequestObject) (ProveConsistencyResponseObject, error) {
	to, err := s.sizeOr(ctx, r.Params.To)
	if err != nil {
		return nil, err
	}
	proof, err := s.ledger.Consistency(ctx, r.Params.From, to)
	if err != nil {
		return nil, ledgerFailure("proof", err)
	}
	return ProveConsistency200JSONResponse{From: r.Params.From, To: to, Proof: writeHashes(proof)}, nil
}

// sizeOr is the size that was asked for, or else that of the newest checkpoint.
func (s *server) sizeOr(ctx context.Context, asked *int64) (int64, error) {
	if asked != nil {
		return *asked, nil
	}
	newest, err := s.ledger.Checkpoint(ctx)
	if err != nil {
		return 0, ledgerFailure("checkpoint", err)
	}
	return newest.Size, nil
}

// getTile serves tiles. They are not in the document, since the paths that C2SP gives them
// are of several lengths.
func (s *server) getTile(c echo.Context) error {
	tile, ok := ledger.ParseTile(c.Param("*"))
	if !ok {
		return fail(ProblemCodeTileNotFound, "the path is not that of a tile, such as tile/0/000, tile/0/001.p/17 or tile/entries/x001/234")
	}
	data, err := s.ledger.Tile(c.Request().Context(), tile)
	if errors.Is(err, decision.ErrNotFound) {
		return fail(ProblemCodeTileNotFound, "the newest checkpoint does not cover this tile")
	}
	if err != nil {
		return fmt.Errorf("tile %s: %w", tile.Path(), err)
	}
	// It never changes; but it may name a partner, so nobody in between keeps it.
	c.Response().Header().Set(echo.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, echo.MIMEOctetStream, data)
}

func ledgerFailure(what string, err error) error {
	var outside *ledger.RangeError
	switch {
	case errors.Is(err, ledger.ErrNotSealed):
		return &failure{code: ProblemCodeNotSealedYet, detail: "it is sealed in a moment", retryAfter: 1}
	case errors.Is(err, decision.ErrNotFound):
		return fail(ProblemCodeDecisionNotFound, "no decision has this id")
	case errors.Is(err, decision.ErrErased):
		return fail(ProblemCodeErased, "values of it were erased, so its leaf cannot be opened any more; the receipt still proves it")
	case errors.As(err, &outside):
		return failAt(ProblemCodeInvalidParameter, inParameter(outside.Parameter, outside.Detail))
	}
	return fmt.Errorf("%s: %w", what, err)
}

func writeHashes(hashes []ledger.Hash) []TreeHash {
	list := make([]TreeHash, len(hashes))
	for i, hash := range hashes {
		list[i] = hash.String()
	}
	return list
}

func writeLedgerStatus(s ledger.Status) LedgerStatus {
	status := LedgerStatus{Size: s.Size, Unsealed: s.Unsealed}
	if !s.CheckpointAt.IsZero() {
		at := s.CheckpointAt.UTC()
		status.CheckpointAt = &at
	}
	return status
}
