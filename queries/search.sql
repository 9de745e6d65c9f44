-- Posting lists: the places in the log of the decisions that have one value, a few at a
-- time, from a place on. Each is read from an index alone, newer or older in its order.

-- name: Later :many
SELECT seq FROM decision
WHERE seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: Earlier :many
SELECT seq FROM decision
WHERE seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfPartner :many
SELECT seq FROM decision
WHERE partner = @partner AND program = @program AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfPartner :many
SELECT seq FROM decision
WHERE partner = @partner AND program = @program AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfProgram :many
SELECT seq FROM decision
WHERE program = @program AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfProgram :many
SELECT seq FROM decision
WHERE program = @program AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfOutcome :many
SELECT seq FROM decision
WHERE program = @program AND outcome = @outcome AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfOutcome :many
SELECT seq FROM decision
WHERE program = @program AND outcome = @outcome AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfRevision :many
SELECT seq FROM decision
WHERE revision = @revision AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfRevision :many
SELECT seq FROM decision
WHERE revision = @revision AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfDay :many
SELECT seq FROM decision
WHERE as_of_on = @as_of_on AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfDay :many
SELECT seq FROM decision
WHERE as_of_on = @as_of_on AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfAction :many
SELECT seq FROM decision
WHERE action = @action AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfAction :many
SELECT seq FROM decision
WHERE action = @action AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfCaller :many
SELECT seq FROM decision
WHERE caller = @caller AND caller <> '' AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfCaller :many
SELECT seq FROM decision
WHERE caller = @caller AND caller <> '' AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfRequest :many
SELECT seq FROM decision
WHERE request_id = @request_id AND request_id <> '' AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfRequest :many
SELECT seq FROM decision
WHERE request_id = @request_id AND request_id <> '' AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfTrace :many
SELECT seq FROM decision
WHERE trace_id = @trace_id AND trace_id <> '' AND seq >= @place ORDER BY seq LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfTrace :many
SELECT seq FROM decision
WHERE trace_id = @trace_id AND trace_id <> '' AND seq <= @place ORDER BY seq DESC LIMIT CAST(@n AS BIGINT);

-- name: LaterOfVerdict :many
SELECT decision FROM finding
WHERE verdict = @verdict AND decision >= @place ORDER BY decision LIMIT CAST(@n AS BIGINT);

-- name: EarlierOfVerdict :many
SELECT decision FROM finding
WHERE verdict = @verdict AND decision <= @place ORDER BY decision DESC LIMIT CAST(@n AS BIGINT);

-- Programs and days are few: each is found from the one before, without
-- looking at the decisions in between.

-- name: NextProgram :one
SELECT program FROM decision
WHERE program > @after ORDER BY program LIMIT 1;

-- name: NextProgramOfPartner :one
SELECT program FROM decision
WHERE partner = @partner AND program > @after ORDER BY program LIMIT 1;

-- name: NextDay :one
SELECT as_of_on FROM decision
WHERE as_of_on >= @from_on ORDER BY as_of_on LIMIT 1;

-- FirstDecidedSince is where a span of time begins in the log.
-- name: FirstDecidedSince :one
SELECT seq FROM decision
WHERE decided_at >= @since_at
  AND NOT EXISTS (SELECT 1 FROM straggler WHERE straggler.decision = decision.seq)
ORDER BY decided_at LIMIT 1;
