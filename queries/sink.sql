-- Sink is how far the log has been taken to a sink.
-- name: Sink :one
SELECT * FROM sink WHERE name = @name;

-- name: InsertSink :exec
INSERT INTO sink (name, position)
VALUES (@name, @position);

-- AdvanceSink moves forward; another process may have been faster.
-- name: AdvanceSink :exec
UPDATE sink SET position = @position, acknowledged_at = @acknowledged_at
WHERE name = @name AND position <= @position;
