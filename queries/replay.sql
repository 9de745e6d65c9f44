-- DecisionsInOrder is one page of the log, oldest first, with the facts that came with
-- each request.
-- name: DecisionsInOrder :many
SELECT sqlc.embed(decision), input.content_json
FROM decision
LEFT JOIN input ON input.digest = decision.given_digest
WHERE decision.seq > @after AND decision.seq <= @upto
ORDER BY decision.seq
LIMIT CAST(@page_size AS BIGINT);

-- NextDecision names the entry after a place in the log, and reads no more of it.
-- name: NextDecision :one
SELECT seq, id FROM decision
WHERE seq > @after
ORDER BY seq
LIMIT 1;

-- LastDecision is the end of the log.
-- name: LastDecision :one
SELECT seq FROM decision
ORDER BY seq DESC
LIMIT 1;
