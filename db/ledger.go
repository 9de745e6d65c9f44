package db

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/db/column"
	"assay/db/sqlc"
	"assay/server/decision"
	"assay/server/ledger"
)

// Ledger is the tree over the rows of the database.
func (db *DB) Ledger() ledger.Store { return ledgerStore{db} }

// ledgerStore implements ledger.Store; its methods are not for others.
type ledgerStore struct{ db *DB }

func (s ledgerStore) Identity(ctx context.Context) (ledger.Identity, error) {
	row, err := s.db.reads.Ledger(ctx)
	if err = translate(err); errors.Is(err, decision.ErrNotFound) {
		return ledger.Identity{}, nil
	}
	if err != nil {
		return ledger.Identity{}, fmt.Errorf("read whose ledger it is: %w", err)
	}
	return ledger.Identity{Origin: row.Origin, Verifier: row.Verifier}, nil
}

func (s ledgerStore) Claim(ctx context.Context, id ledger.Identity) (ledger.Identity, error) {
	kept, err := s.Identity(ctx)
	if err != nil || kept != (ledger.Identity{}) {
		return kept, err
	}
	err = s.db.inTx(ctx, func(q *sqlc.Queries) error {
		row, err := q.Ledger(ctx)
		if err = translate(err); errors.Is(err, decision.ErrNotFound) {
			kept = id
			return q.InsertLedger(ctx, sqlc.InsertLedgerParams{Origin: id.Origin, Verifier: id.Verifier})
		}
		kept = ledger.Identity{Origin: row.Origin, Verifier: row.Verifier}
		return err
	})
	if err != nil {
		return kept, fmt.Errorf("claim the ledger: %w", err)
	}
	return kept, nil
}

func (s ledgerStore) Rows(ctx context.Context, kind ledger.Kind, after, upTo int64, limit int) (rows []ledger.Row, err error) {
	page := sqlc.DecisionRowsParams{After: after, UpTo: upTo, PageSize: pageSize(limit)}
	switch kind {
	case ledger.Recording:
		rows, err = rowsOf(recordingLeaf)(s.db.reads.RecordingRows(ctx, sqlc.RecordingRowsParams(page)))
	case ledger.Fact:
		rows, err = rowsOf(factLeaf)(s.db.reads.FactRows(ctx, sqlc.FactRowsParams(page)))
	case ledger.Revision:
		rows, err = rowsOf(revisionLeaf)(s.db.reads.RevisionRows(ctx, sqlc.RevisionRowsParams(page)))
	case ledger.Report:
		rows, err = rowsOf(reportLeaf)(s.db.reads.ReportRows(ctx, sqlc.ReportRowsParams(page)))
	case ledger.Acceptance:
		rows, err = rowsOf(acceptanceLeaf)(s.db.reads.AcceptanceRows(ctx, sqlc.AcceptanceRowsParams(page)))
	case ledger.Activation:
		rows, err = rowsOf(activationLeaf)(s.db.reads.ActivationRows(ctx, sqlc.ActivationRowsParams(page)))
	case ledger.Decision:
		if rows, err = rowsOf(decisionLeaf)(s.db.reads.DecisionRows(ctx, page)); err == nil {
			rows, err = s.withTombstones(ctx, page, rows)
		}
	case ledger.ErasureKind:
		rows, err = rowsOf(erasureLeaf)(s.db.reads.ErasureRows(ctx, sqlc.ErasureRowsParams(page)))
	case ledger.Hold:
		rows, err = rowsOf(holdLeaf)(s.db.reads.HoldRows(ctx, sqlc.HoldRowsParams(page)))
	case ledger.HoldRelease:
		rows, err = rowsOf(releaseLeaf)(s.db.reads.ReleaseRows(ctx, sqlc.ReleaseRowsParams(page)))
	case ledger.Removal:
		rows, err = rowsOf(removalLeaf)(s.db.reads.RemovalRows(ctx, sqlc.RemovalRowsParams(page)))
	default:
		// A leaf of a kind that nobody knows has no row.
	}
	if err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", kind, translate(err))
	}
	return rows, withErased(ctx, s.db.reads, kind, rows)
}

func rowsOf[T any](leaf func(T) ledger.Row) func([]T, error) ([]ledger.Row, error) {
	return func(read []T, err error) ([]ledger.Row, error) {
		rows := make([]ledger.Row, len(read))
		for i, row := range read {
			rows[i] = leaf(row)
		}
		return rows, err
	}
}

func recordingLeaf(r sqlc.RecordingRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Recording, Seq: r.Seq, At: r.Recorded, Partner: r.Partner,
		Values: map[string][]byte{"/digest": []byte(r.Digest), "/idempotency_key": []byte(orEmpty(r.IdempotencyKey))},
	}
}

func factLeaf(r sqlc.FactRowsRow) ledger.Row {
	row := ledger.Row{
		Kind: ledger.Fact, Seq: r.Seq, At: r.Recorded, Partner: r.Partner,
		Plain: map[string]any{
			"recording": r.Recording, "kind": r.Kind, "source": r.Source, "valid_from": r.ValidFrom, "valid_to": r.ValidTo,
			"retracts": r.BodyJSON == "",
		},
		Values: map[string][]byte{"/key": []byte(r.Key)},
	}
	maps.Copy(row.Values, bodyValues(r.BodyJSON))
	return row
}

// bodyValues takes a body apart, so that each field can be shown, or erased, alone. Unless
// the fields give the body again, byte for byte, it is one value: nothing of it may be
// outside of the commitments.
func bodyValues(body column.JSON) map[string][]byte {
	whole := map[string][]byte{"/body": body.Bytes()}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body.Bytes(), &fields) != nil || len(fields) == 0 {
		return whole
	}
	values := make(map[string][]byte, len(fields))
	var again strings.Builder
	for i, name := range slices.Sorted(maps.Keys(fields)) {
		quoted, err := decision.Canonical(quote(name))
		if err != nil {
			return whole
		}
		again.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&again, "%s:%s", quoted, fields[name])
		values["/body/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name)] = fields[name]
	}
	if again.String()+"}" != string(body) {
		return whole
	}
	return values
}

func quote(s string) []byte {
	quoted, _ := json.Marshal(s) // a string always can
	return quoted
}

func revisionLeaf(r sqlc.RevisionRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Revision, Seq: r.Seq, At: r.FirstServed,
		// The digest is that of all its files.
		Plain: map[string]any{"digest": r.Digest},
	}
}

// A report lists whom a change turns.
func reportLeaf(r sqlc.ReportRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Report, Seq: r.Seq, At: r.Created,
		Plain:  map[string]any{"id": r.ID, "live": r.Live, "candidate": r.Candidate},
		Values: map[string][]byte{"/content": r.Content},
	}
}

func acceptanceLeaf(r sqlc.AcceptanceRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Acceptance, Seq: r.Seq, At: r.Accepted,
		Plain:  map[string]any{"report": r.Report},
		Values: map[string][]byte{"/by": []byte(r.AcceptedBy)},
	}
}

// What a commit says, and by whom, is somebody's name and words.
func activationLeaf(r sqlc.ActivationRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Activation, Seq: r.Seq, At: r.Activated,
		Plain: map[string]any{
			"revision": r.Revision, "in_place_of": orEmpty(r.InPlaceOf), "commit": r.CommitID, "report": orEmpty(r.Report),
			"tests": r.Tests, "cases": r.Cases, "warnings": r.Warnings,
		},
		Values: map[string][]byte{
			"/by": []byte(r.ActivatedBy), "/source": []byte(r.Source), "/author": []byte(r.Author), "/message": []byte(r.Message),
		},
	}
}

func decisionLeaf(r sqlc.DecisionRowsRow) ledger.Row {
	return ledger.Row{
		Kind: ledger.Decision, Seq: r.Seq, At: r.Decided, Partner: orEmpty(r.Partner),
		Plain: map[string]any{
			"id": r.ID, "program": r.Program, "action": orEmpty(r.Action), "outcome": r.Outcome, "revision": r.Revision,
			"as_of": r.AsOf, "known_at": r.Known, "position": r.Position,
		},
		Values: map[string][]byte{
			"/result": r.ResultJSON.Bytes(), "/facts_digest": []byte(r.FactsDigest),
			"/given": r.ContentJSON.Bytes(), "/given_digest": []byte(orEmpty(r.GivenDigest)),
			"/actor": r.ActorJSON.Bytes(), "/request_id": []byte(r.RequestID),
			"/trace_id": []byte(r.TraceID), "/caller": []byte(r.Caller),
		},
	}
}

func (s ledgerStore) LastSeqs(ctx context.Context) (map[ledger.Kind]int64, error) {
	last, err := s.db.reads.LastSeqs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the ends of the tables: %w", translate(err))
	}
	return map[ledger.Kind]int64{
		ledger.Recording: last.Recording, ledger.Fact: last.Fact, ledger.Revision: last.Revision,
		ledger.Report: last.Report, ledger.Acceptance: last.Acceptance, ledger.Activation: last.Activation, ledger.Decision: last.Decision,
		ledger.ErasureKind: last.Erasure, ledger.Hold: last.Hold, ledger.HoldRelease: last.HoldRelease, ledger.Removal: last.Removal,
	}, nil
}

func (s ledgerStore) RevisionFiles(ctx context.Context, digest string) ([]ledger.File, error) {
	rows, err := s.db.reads.FilesOfRevision(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("read the files of revision %s: %w", digest, translate(err))
	}
	files := make([]ledger.File, len(rows))
	for i, row := range rows {
		files[i] = ledger.File{Path: row.Path, Digest: row.File, Content: row.Content}
		if row.Kept != "" && row.Content == nil {
			files[i].Content = []byte{}
		}
	}
	return files, nil
}

func (s ledgerStore) DecisionSeq(ctx context.Context, id string) (int64, error) {
	seq, err := s.db.reads.DecisionSeq(ctx, id)
	if err = translate(err); errors.Is(err, decision.ErrNotFound) {
		var stone sqlc.TombstoneRow
		if stone, err = s.db.reads.Tombstone(ctx, id); err == nil {
			return stone.Decision, nil
		}
	}
	if err != nil {
		return 0, fmt.Errorf("read decision %s: %w", id, translate(err))
	}
	return seq, nil
}

func (s ledgerStore) RevisionSeq(ctx context.Context, digest string) (int64, error) {
	seq, err := s.db.reads.RevisionSeq(ctx, digest)
	if err != nil {
		return 0, fmt.Errorf("read revision %s: %w", digest, translate(err))
	}
	return seq, nil
}

func (s ledgerStore) Size(ctx context.Context) (int64, error) {
	size, err := s.db.reads.TreeSize(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the size of the tree: %w", translate(err))
	}
	return size, nil
}

func (s ledgerStore) LastSealed(ctx context.Context, kind ledger.Kind) (int64, error) {
	seq, err := s.db.reads.LastSealed(ctx, string(kind))
	if err != nil {
		return 0, fmt.Errorf("read the last leaf of %s: %w", kind, translate(err))
	}
	return seq, nil
}

func (s ledgerStore) Leaves(ctx context.Context, from, to int64) ([]ledger.Leaf, error) {
	rows, err := s.db.reads.Leaves(ctx, sqlc.LeavesParams{FromIdx: from, ToIdx: to})
	if err != nil {
		return nil, fmt.Errorf("read the leaves from %d: %w", from, translate(err))
	}
	leaves := make([]ledger.Leaf, len(rows))
	for i, row := range rows {
		leaves[i] = ledger.Leaf{Index: row.Idx, Kind: ledger.Kind(row.Kind), Seq: row.Seq}
	}
	return leaves, nil
}

func (s ledgerStore) LeafOf(ctx context.Context, kind ledger.Kind, seq int64) (int64, error) {
	index, err := s.db.reads.LeafOf(ctx, sqlc.LeafOfParams{Kind: string(kind), Seq: seq})
	if err != nil {
		return 0, fmt.Errorf("find the leaf of %s %d: %w", kind, seq, translate(err))
	}
	return index, nil
}

func (s ledgerStore) Nodes(ctx context.Context, indexes []int64) (map[int64]ledger.Hash, error) {
	list, err := json.Marshal(indexes)
	if err != nil {
		return nil, err
	}
	return nodesOf(s.db.reads.Nodes(ctx, string(list)))
}

func (s ledgerStore) NodeRange(ctx context.Context, from, to int64) (map[int64]ledger.Hash, error) {
	return nodesOf(s.db.reads.NodeRange(ctx, sqlc.NodeRangeParams{FromIdx: from, ToIdx: to}))
}

func nodesOf(rows []sqlc.Node, err error) (map[int64]ledger.Hash, error) {
	if err != nil {
		return nil, fmt.Errorf("read the tree: %w", translate(err))
	}
	hashes := make(map[int64]ledger.Hash, len(rows))
	for _, row := range rows {
		if len(row.Hash) == len(ledger.Hash{}) {
			hashes[row.Idx] = ledger.Hash(row.Hash)
		}
	}
	return hashes, nil
}

func (s ledgerStore) Append(ctx context.Context, b ledger.Batch) error {
	leaves, nodes, err := lists(b)
	if err != nil {
		return err
	}
	err = s.db.inTx(ctx, func(q *sqlc.Queries) error {
		if size, err := q.TreeSize(ctx); err != nil {
			return translate(err)
		} else if size != b.Size {
			return ledger.ErrGrown
		}
		if err := q.InsertLeaves(ctx, sqlc.InsertLeavesParams{First: b.Size, Leaves: leaves}); err != nil {
			return fmt.Errorf("leaves: %w", translate(err))
		}
		if err := q.InsertNodes(ctx, sqlc.InsertNodesParams{First: b.FirstNode(), Hashes: nodes}); err != nil {
			return fmt.Errorf("nodes: %w", translate(err))
		}
		return translate(q.InsertCheckpoint(ctx, sqlc.InsertCheckpointParams{
			Size: b.Checkpoint.Size, SignedAt: column.At(b.Checkpoint.SignedAt), Note: b.Checkpoint.Note,
		}))
	})
	if err != nil {
		return fmt.Errorf("append %d leaves to the tree: %w", len(b.Leaves), err)
	}
	return nil
}

// lists writes a batch as the two lists that single statements insert: a statement for
// each of a thousand rows would hold the write lock ten times as long.
func lists(b ledger.Batch) (leaves, nodes string, err error) {
	type leaf struct {
		Kind ledger.Kind `json:"kind"`
		Seq  int64       `json:"seq"`
	}
	rows := make([]leaf, len(b.Leaves))
	for i, l := range b.Leaves {
		rows[i] = leaf{l.Kind, l.Seq}
	}
	hashes := make([]string, len(b.Nodes))
	for i, hash := range b.Nodes {
		hashes[i] = hex.EncodeToString(hash[:])
	}
	first, err := json.Marshal(rows)
	if err != nil {
		return "", "", err
	}
	second, err := json.Marshal(hashes)
	return string(first), string(second), err
}

func (s ledgerStore) Checkpoint(ctx context.Context) (ledger.Checkpoint, error) {
	row, err := s.db.reads.LastCheckpoint(ctx)
	if err != nil {
		return ledger.Checkpoint{}, fmt.Errorf("read the newest checkpoint: %w", translate(err))
	}
	return ledger.Checkpoint{Size: row.Size, SignedAt: row.SignedAt.Time, Note: row.Note}, nil
}

func (s ledgerStore) Checkpoints(ctx context.Context, after int64, limit int) ([]ledger.Checkpoint, error) {
	rows, err := s.db.reads.Checkpoints(ctx, sqlc.CheckpointsParams{After: after, PageSize: pageSize(limit)})
	if err != nil {
		return nil, fmt.Errorf("read the checkpoints: %w", translate(err))
	}
	checkpoints := make([]ledger.Checkpoint, len(rows))
	for i, row := range rows {
		checkpoints[i] = ledger.Checkpoint{Size: row.Size, Note: row.Note}
	}
	return checkpoints, nil
}

func (s ledgerStore) Salts(ctx context.Context, partners []string) (ledger.Salts, error) {
	return saltsOf(ctx, s.db.reads, partners)
}

func saltsOf(ctx context.Context, q *sqlc.Queries, partners []string) (ledger.Salts, error) {
	list, err := json.Marshal(partners)
	if err != nil {
		return nil, err
	}
	rows, err := q.Salts(ctx, string(list))
	if err != nil {
		return nil, fmt.Errorf("read the salts: %w", translate(err))
	}
	salts := make(ledger.Salts, len(rows))
	for _, row := range rows {
		salts[row.Partner] = row.Root
	}
	return salts, nil
}

func (s ledgerStore) KeepSalts(ctx context.Context, fresh ledger.Salts) (kept ledger.Salts, err error) {
	partners := slices.Sorted(maps.Keys(fresh))
	err = s.db.inTx(ctx, func(q *sqlc.Queries) error {
		kept, err = saltsOf(ctx, q, partners)
		if err != nil {
			return err
		}
		for _, partner := range partners {
			if kept[partner] != nil {
				continue
			}
			kept[partner] = fresh[partner]
			if err := q.InsertSalt(ctx, sqlc.InsertSaltParams{Partner: partner, Root: fresh[partner]}); err != nil {
				return translate(err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep salts: %w", err)
	}
	return kept, nil
}
