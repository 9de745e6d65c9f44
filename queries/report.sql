-- name: ReportExists :one
SELECT EXISTS (SELECT 1 FROM report WHERE id = @id);

-- name: InsertReport :exec
INSERT INTO report (id, created_at, live, candidate, content)
VALUES (@id, @created_at, @live, @candidate, @content);

-- name: Report :one
SELECT * FROM report WHERE id = @id;

-- Reports is one page of them, newest first, without what they say but with who
-- accepted them.
-- name: Reports :many
SELECT report.seq, report.id, report.created_at, report.live, report.candidate, acceptance.accepted_by, acceptance.accepted_at
FROM report
LEFT JOIN acceptance ON acceptance.report = report.id
WHERE report.seq < @before
ORDER BY report.seq DESC
LIMIT CAST(@page_size AS BIGINT);

-- name: InsertAcceptance :exec
INSERT INTO acceptance (report, accepted_by, accepted_at, seq)
VALUES (@report, @accepted_by, @accepted_at, (SELECT COALESCE(MAX(seq), 0) + 1 FROM acceptance));

-- name: Acceptance :one
SELECT * FROM acceptance WHERE report = @report;
