-- name: ReportExists :one
SELECT EXISTS (SELECT 1 FROM report WHERE id = @id);

-- name: InsertReport :exec
INSERT INTO report (id, created_at, live, candidate, content)
VALUES (@id, @created_at, @live, @candidate, @content);

-- name: Report :one
SELECT * FROM report WHERE id = @id;

-- Reports is one page of them, newest first, without what they say but with who
-- accepted them last.
-- name: Reports :many
SELECT report.seq, report.id, report.created_at, report.live, report.candidate, acceptance.accepted_by, acceptance.accepted_at
FROM report
LEFT JOIN acceptance ON acceptance.seq = (SELECT MAX(a.seq) FROM acceptance AS a WHERE a.report = report.id)
WHERE report.seq < @before
ORDER BY report.seq DESC
LIMIT CAST(@page_size AS BIGINT);

-- name: InsertAcceptance :exec
INSERT INTO acceptance (report, accepted_by, accepted_at, seq)
VALUES (@report, @accepted_by, @accepted_at, (SELECT COALESCE(MAX(seq), 0) + 1 FROM acceptance));

-- Acceptance is the word on a report that counts: none served by it since.
-- name: Acceptance :one
SELECT * FROM acceptance
WHERE acceptance.report = @report
  AND NOT EXISTS (
    SELECT 1 FROM activation
    WHERE activation.report = acceptance.report AND activation.activated_at >= acceptance.accepted_at
  )
ORDER BY seq LIMIT 1;

-- LastAcceptance is the last word on a report, whether it still counts or not.
-- name: LastAcceptance :one
SELECT * FROM acceptance WHERE report = @report ORDER BY seq DESC LIMIT 1;

-- LastActivationBy is the last activation by a report.
-- name: LastActivationBy :one
SELECT * FROM activation WHERE report = CAST(@report AS TEXT) ORDER BY seq DESC LIMIT 1;
