-- Ledger is whose ledger it is; none before the first start.
-- name: Ledger :one
SELECT * FROM ledger LIMIT 1;

-- name: InsertLedger :exec
INSERT INTO ledger (origin, verifier) VALUES (@origin, @verifier);

-- TreeSize is the number of leaves.
-- name: TreeSize :one
SELECT CAST(COALESCE(MAX(idx) + 1, 0) AS BIGINT) FROM leaf;

-- LastSealed is the seq of the last row of a kind that is a leaf.
-- name: LastSealed :one
SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM leaf WHERE kind = @kind;

-- LeafOf finds the leaf of a row.
-- name: LeafOf :one
SELECT idx FROM leaf WHERE kind = @kind AND seq = @seq;

-- Leaves are those from one index up to another one, exclusive.
-- name: Leaves :many
SELECT * FROM leaf WHERE idx >= @from_idx AND idx < @to_idx ORDER BY idx;

-- InsertLeaves appends leaves from an index on: a list of {"kind", "seq"}.
-- name: InsertLeaves :exec
INSERT INTO leaf (idx, kind, seq)
SELECT CAST(@first AS BIGINT) + json_each.key, json_each.value ->> 'kind', json_each.value ->> 'seq'
FROM json_each(NULLIF(CAST(@leaves AS TEXT), ''));

-- Nodes are those with the given indexes, a list.
-- name: Nodes :many
SELECT * FROM node WHERE idx IN (SELECT value FROM json_each(NULLIF(CAST(@indexes AS TEXT), ''))) ORDER BY idx;

-- NodeRange is those from one index up to another one, exclusive.
-- name: NodeRange :many
SELECT * FROM node WHERE idx >= @from_idx AND idx < @to_idx ORDER BY idx;

-- InsertNodes appends hashes from an index on: a list of hexadecimals.
-- name: InsertNodes :exec
INSERT INTO node (idx, hash)
SELECT CAST(@first AS BIGINT) + json_each.key, unhex(json_each.value)
FROM json_each(NULLIF(CAST(@hashes AS TEXT), ''));

-- name: InsertCheckpoint :exec
INSERT INTO checkpoint (size, signed_at, note) VALUES (@size, @signed_at, @note);

-- name: LastCheckpoint :one
SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1;

-- Checkpoints are those after a size, the oldest first.
-- name: Checkpoints :many
SELECT size, CAST(note AS TEXT) AS note FROM checkpoint
WHERE size > @after ORDER BY size
LIMIT CAST(@page_size AS BIGINT);

-- Salts are those of the given partners, a list.
-- name: Salts :many
SELECT * FROM salt WHERE partner IN (SELECT value FROM json_each(NULLIF(CAST(@partners AS TEXT), '')));

-- name: InsertSalt :exec
INSERT INTO salt (partner, root) VALUES (@partner, @root);

-- The rows of each kind, for their leaves. Days and instants are read as the text that
-- they are: a leaf speaks of the row's bytes, also of one that is no instant any more.

-- name: RecordingRows :many
SELECT seq, partner, CAST(recorded_at AS TEXT) AS recorded, idempotency_key, digest
FROM recording WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: FactRows :many
SELECT seq, recording, partner, kind, key, source, CAST(valid_from_on AS TEXT) AS valid_from,
    CAST(COALESCE(valid_to_on, '') AS TEXT) AS valid_to, body_json, CAST(recorded_at AS TEXT) AS recorded
FROM fact WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: DecisionRows :many
SELECT decision.seq, id, program, partner, outcome, revision, CAST(as_of_on AS TEXT) AS as_of,
    CAST(known_at AS TEXT) AS known, position, given_digest, facts_digest, result_json,
    CAST(decided_at AS TEXT) AS decided, request_id, trace_id, caller, action, actor_json, input.content_json
FROM decision
LEFT JOIN input ON input.digest = decision.given_digest
WHERE decision.seq > @after AND decision.seq <= @up_to ORDER BY decision.seq
LIMIT CAST(@page_size AS BIGINT);

-- name: ActivationRows :many
SELECT seq, revision, CAST(activated_at AS TEXT) AS activated, activated_by, in_place_of, source, commit_id,
    author, message, tests, cases, warnings, report
FROM activation WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: RevisionRows :many
SELECT seq, digest, CAST(first_served_at AS TEXT) AS first_served
FROM revision WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: ReportRows :many
SELECT seq, id, CAST(created_at AS TEXT) AS created, live, candidate, content
FROM report WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: AcceptanceRows :many
SELECT seq, report, accepted_by, CAST(accepted_at AS TEXT) AS accepted
FROM acceptance WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- LastSeqs are the ends of the tables whose rows become leaves.
-- name: LastSeqs :one
SELECT
    CAST((SELECT COALESCE(MAX(seq), 0) FROM recording) AS BIGINT) AS recording,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM fact) AS BIGINT) AS fact,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM decision) AS BIGINT) AS decision,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM activation) AS BIGINT) AS activation,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM report) AS BIGINT) AS report,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM acceptance) AS BIGINT) AS acceptance,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM revision) AS BIGINT) AS revision,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM erasure) AS BIGINT) AS erasure,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM hold) AS BIGINT) AS hold,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM hold_release) AS BIGINT) AS hold_release,
    CAST((SELECT COALESCE(MAX(seq), 0) FROM removal) AS BIGINT) AS removal;

-- FilesOfRevision are the files of a revision, also those whose content is gone.
-- name: FilesOfRevision :many
SELECT revision_file.path, revision_file.file, CAST(COALESCE(file.digest, '') AS TEXT) AS kept, file.content
FROM revision_file
LEFT JOIN file ON file.digest = revision_file.file
WHERE revision_file.revision = @revision
ORDER BY revision_file.path;

-- DecisionSeq is the place of a decision in the log.
-- name: DecisionSeq :one
SELECT seq FROM decision WHERE id = @id;

-- RevisionSeq is the place of a revision among those that served.
-- name: RevisionSeq :one
SELECT seq FROM revision WHERE digest = @digest;
