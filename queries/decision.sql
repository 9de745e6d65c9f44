-- name: InputExists :one
SELECT EXISTS (SELECT 1 FROM input WHERE digest = @digest);

-- name: InsertInput :exec
INSERT INTO input (digest, content_json)
VALUES (@digest, @content_json);

-- name: InsertDecision :exec
INSERT INTO decision (id, program, partner, outcome, revision, as_of_on, known_at, position,
    given_digest, facts_digest, result_json, decided_at, request_id, action, actor_json)
VALUES (@id, @program, @partner, @outcome, @revision, @as_of_on, @known_at, @position,
    @given_digest, @facts_digest, @result_json, @decided_at, @request_id, @action, @actor_json);

-- Decision is one entry of the log with the facts that came with the request.
-- name: Decision :one
SELECT sqlc.embed(decision), input.content_json
FROM decision
LEFT JOIN input ON input.digest = decision.given_digest
WHERE decision.id = @id;

-- Decisions is one page of the log, newest first. The inner query reads the narrow
-- index only; the wide rows are fetched for the page alone.
-- name: Decisions :many
SELECT * FROM decision
WHERE decision.seq IN (
    SELECT d.seq FROM decision AS d
    WHERE d.seq < @before
      AND (d.program = sqlc.narg('program') OR CAST(sqlc.narg('program') AS TEXT) IS NULL)
      AND (d.outcome = sqlc.narg('outcome') OR CAST(sqlc.narg('outcome') AS TEXT) IS NULL)
      AND (d.decided_at >= sqlc.narg('decided_from_at') OR CAST(sqlc.narg('decided_from_at') AS TEXT) IS NULL)
      AND (d.decided_at < sqlc.narg('decided_to_at') OR CAST(sqlc.narg('decided_to_at') AS TEXT) IS NULL)
    ORDER BY d.seq DESC
    LIMIT CAST(@page_size AS BIGINT)
)
ORDER BY decision.seq DESC;

-- DecisionsOfPartner is Decisions for one partner, by the partner's own index.
-- name: DecisionsOfPartner :many
SELECT * FROM decision
WHERE decision.seq IN (
    SELECT d.seq FROM decision AS d
    WHERE d.partner = @partner AND d.seq < @before
      AND (d.program = sqlc.narg('program') OR CAST(sqlc.narg('program') AS TEXT) IS NULL)
      AND (d.outcome = sqlc.narg('outcome') OR CAST(sqlc.narg('outcome') AS TEXT) IS NULL)
      AND (d.decided_at >= sqlc.narg('decided_from_at') OR CAST(sqlc.narg('decided_from_at') AS TEXT) IS NULL)
      AND (d.decided_at < sqlc.narg('decided_to_at') OR CAST(sqlc.narg('decided_to_at') AS TEXT) IS NULL)
    ORDER BY d.seq DESC
    LIMIT CAST(@page_size AS BIGINT)
)
ORDER BY decision.seq DESC;
