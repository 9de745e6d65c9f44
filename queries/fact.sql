-- LastRecordedAt is the instant of the newest recording.
-- name: LastRecordedAt :one
SELECT recorded_at FROM recording
ORDER BY recorded_at DESC
LIMIT 1;

-- RecordingByKey finds what an idempotency key was used for.
-- name: RecordingByKey :one
SELECT seq, digest FROM recording
WHERE partner = @partner AND idempotency_key = @idempotency_key;

-- name: InsertRecording :one
INSERT INTO recording (partner, recorded_at, idempotency_key, digest)
VALUES (@partner, @recorded_at, @idempotency_key, @digest)
RETURNING seq;

-- name: InsertFact :one
INSERT INTO fact (recording, partner, kind, key, source, valid_from_on, valid_to_on, body_json, recorded_at)
VALUES (@recording, @partner, @kind, @key, @source, @valid_from_on, @valid_to_on, @body_json, @recorded_at)
RETURNING seq;

-- FactsOfRecording gives back what one request recorded, in its order.
-- name: FactsOfRecording :many
SELECT * FROM fact
WHERE recording = @recording
ORDER BY seq;

-- FactsOfPartner are the records that could be seen at a position and began by a day.
-- name: FactsOfPartner :many
SELECT * FROM fact
WHERE partner = @partner AND seq > 0 AND seq <= @position AND valid_from_on <= @day_on
ORDER BY seq;

-- LastFact is the end of the fact log.
-- name: LastFact :one
SELECT seq, recorded_at FROM fact
ORDER BY seq DESC
LIMIT 1;

-- LastFactKnownAt is the end of the fact log as it was at an instant.
-- name: LastFactKnownAt :one
SELECT seq FROM fact
WHERE recorded_at <= @known_at
ORDER BY recorded_at DESC, seq DESC
LIMIT 1;
