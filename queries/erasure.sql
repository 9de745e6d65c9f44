-- An erasure reads the rows of one partner as leaves are read, and blanks them.

-- name: RecordingRowsOf :many
SELECT seq, partner, CAST(recorded_at AS TEXT) AS recorded, idempotency_key, digest
FROM recording WHERE partner = @partner ORDER BY seq;

-- name: FactRowsOf :many
SELECT seq, recording, partner, kind, key, source, CAST(valid_from_on AS TEXT) AS valid_from,
    CAST(COALESCE(valid_to_on, '') AS TEXT) AS valid_to, body_json, CAST(recorded_at AS TEXT) AS recorded
FROM fact WHERE partner = @partner ORDER BY seq;

-- name: DecisionRowsOf :many
SELECT decision.seq, id, program, partner, outcome, revision, CAST(as_of_on AS TEXT) AS as_of,
    CAST(known_at AS TEXT) AS known, position, given_digest, facts_digest, result_json,
    CAST(decided_at AS TEXT) AS decided, request_id, trace_id, caller, action, actor_json, input.content_json
FROM decision
LEFT JOIN input ON input.digest = decision.given_digest
WHERE decision.partner = @partner AND decision.seq > @after ORDER BY decision.seq
LIMIT CAST(@page_size AS BIGINT);

-- name: ErasureRowsOf :many
SELECT seq, partner, fields, reason, erased_by, CAST(erased_at AS TEXT) AS erased, n, digest
FROM erasure WHERE partner = @partner ORDER BY seq;

-- name: ErasureRows :many
SELECT seq, partner, fields, reason, erased_by, CAST(erased_at AS TEXT) AS erased, n, digest
FROM erasure WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- Erasures are those of a partner, the oldest first.
-- name: Erasures :many
SELECT * FROM erasure WHERE partner = @partner ORDER BY seq;

-- LastErasure is the number of the last one.
-- name: LastErasure :one
SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM erasure;

-- name: InsertErasure :exec
INSERT INTO erasure (seq, partner, fields, reason, erased_by, erased_at, n, digest)
VALUES (@seq, @partner, @fields, @reason, @erased_by, @erased_at, @n, @digest);

-- name: InsertErased :exec
INSERT INTO erased (kind, seq, path, erasure, commitment, now)
VALUES (@kind, @seq, @path, @erasure, @commitment, @now);

-- ErasedOf are the erased values of rows of a kind, the last erasure of each last.
-- name: ErasedOf :many
SELECT erased.*, erasure.erased_at FROM erased
JOIN erasure ON erasure.seq = erased.erasure
WHERE erased.kind = @kind AND erased.seq >= @first AND erased.seq <= @last
ORDER BY erased.seq, erased.path, erased.erasure;

-- ErasedFacts are the erased values of a partner's facts.
-- name: ErasedFacts :many
SELECT erased.seq, erased.path, erasure.erased_at FROM erasure
JOIN erased ON erased.erasure = erasure.seq
WHERE erasure.partner = @partner AND erased.kind = 'fact'
ORDER BY erased.seq, erased.path, erasure.seq;

-- ErasedIn are the values that one erasure took, in the order in which they are summed up.
-- name: ErasedIn :many
SELECT * FROM erased WHERE erasure = @erasure ORDER BY kind, seq, path;

-- ErasedCount is the number of all.
-- name: ErasedCount :one
SELECT COUNT(*) FROM erased;

-- name: InsertKeptSalt :exec
INSERT INTO kept_salt (kind, seq, path, salt) VALUES (@kind, @seq, @path, @salt);

-- name: DeleteKeptSalt :exec
DELETE FROM kept_salt WHERE kind = @kind AND seq = @seq AND path = @path;

-- KeptSalts are those of rows of a kind.
-- name: KeptSalts :many
SELECT * FROM kept_salt WHERE kind = @kind AND seq >= @first AND seq <= @last;

-- name: ReplaceSalt :exec
UPDATE salt SET root = @root WHERE partner = @partner;

-- UnsealedOf counts the rows of a partner that are no leaves yet.
-- name: UnsealedOf :one
SELECT CAST(
    (SELECT COUNT(*) FROM recording AS r WHERE r.partner = @partner
        AND r.seq > (SELECT COALESCE(MAX(l.seq), 0) FROM leaf AS l WHERE l.kind = 'recording'))
    + (SELECT COUNT(*) FROM fact AS f WHERE f.partner = @partner
        AND f.seq > (SELECT COALESCE(MAX(l.seq), 0) FROM leaf AS l WHERE l.kind = 'fact'))
    + (SELECT COUNT(*) FROM decision AS d WHERE d.partner = @partner
        AND d.seq > (SELECT COALESCE(MAX(l.seq), 0) FROM leaf AS l WHERE l.kind = 'decision'))
    + (SELECT COUNT(*) FROM erasure AS e WHERE e.partner = @partner
        AND e.seq > (SELECT COALESCE(MAX(l.seq), 0) FROM leaf AS l WHERE l.kind = 'erasure'))
AS BIGINT);

-- KindSchemas are the schemas of facts of all revisions that served.
-- name: KindSchemas :many
SELECT DISTINCT revision_file.path, file.content
FROM revision_file JOIN file ON file.digest = revision_file.file
WHERE revision_file.path LIKE 'schemas/facts/%.json';

-- PartnerKnown tells whether anything is about the partner.
-- name: PartnerKnown :one
SELECT EXISTS (
    SELECT 1 FROM partner AS p WHERE p.id = @partner
    UNION ALL SELECT 1 FROM decision AS d WHERE d.partner = @partner
);

-- name: BlankRecording :exec
UPDATE recording SET idempotency_key = @idempotency_key, digest = @digest WHERE seq = @seq;

-- name: BlankFact :exec
UPDATE fact SET key = @key, body_json = @body_json WHERE seq = @seq;

-- name: BlankDecision :exec
UPDATE decision SET result_json = @result_json, facts_digest = @facts_digest, given_digest = @given_digest,
    actor_json = @actor_json, request_id = @request_id, trace_id = @trace_id, caller = @caller
WHERE seq = @seq;

-- DeleteInput takes away given facts that no decision refers to.
-- name: DeleteInput :exec
DELETE FROM input WHERE digest = @digest
    AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.given_digest = @digest);
