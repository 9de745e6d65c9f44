-- name: InputExists :one
SELECT EXISTS (SELECT 1 FROM input WHERE digest = @digest);

-- name: InsertInput :exec
INSERT INTO input (digest, content_json)
VALUES (@digest, @content_json);

-- LastDecidedAt is the instant of the newest decision.
-- name: LastDecidedAt :one
SELECT decided_at FROM decision
ORDER BY decided_at DESC
LIMIT 1;

-- name: InsertDecision :one
INSERT INTO decision (id, program, partner, outcome, revision, as_of_on, known_at, position, given_digest,
    facts_digest, result_json, decided_at, request_id, action, actor_json, caller, trace_id)
VALUES (@id, @program, @partner, @outcome, @revision, @as_of_on, @known_at, @position, @given_digest,
    @facts_digest, @result_json, @decided_at, @request_id, @action, @actor_json, @caller, @trace_id)
RETURNING seq;

-- Decision is one entry of the log with the facts that came with the request.
-- name: Decision :one
SELECT sqlc.embed(decision), input.content_json
FROM decision
LEFT JOIN input ON input.digest = decision.given_digest
WHERE decision.id = @id;

-- DecisionsAt are the entries at these places, in no order.
-- name: DecisionsAt :many
SELECT * FROM decision
WHERE seq IN (sqlc.slice('places'));
