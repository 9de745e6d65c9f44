-- name: RevisionExists :one
SELECT EXISTS (SELECT 1 FROM revision WHERE digest = @digest);

-- AnyRevision reads a page of the file: how readiness is asked for.
-- name: AnyRevision :one
SELECT EXISTS (SELECT 1 FROM revision);

-- name: InsertRevision :exec
INSERT INTO revision (digest, first_served_at, seq)
VALUES (@digest, @first_served_at, (SELECT COALESCE(MAX(seq), 0) + 1 FROM revision));

-- name: FileExists :one
SELECT EXISTS (SELECT 1 FROM file WHERE digest = @digest);

-- name: InsertFile :exec
INSERT INTO file (digest, content)
VALUES (@digest, @content);

-- name: InsertRevisionFile :exec
INSERT INTO revision_file (revision, path, file)
VALUES (@revision, @path, @file);

-- name: RevisionFiles :many
SELECT revision_file.path, file.content
FROM revision_file
JOIN file ON file.digest = revision_file.file
WHERE revision_file.revision = @revision;

-- name: InsertActivation :exec
INSERT INTO activation (revision, activated_at, activated_by, in_place_of, source, commit_id, author, message,
    tests, cases, warnings, report)
VALUES (@revision, @activated_at, @activated_by, @in_place_of, @source, @commit_id, @author, @message,
    @tests, @cases, @warnings, @report);

-- LastActivation is what was meant to serve when the server last looked.
-- name: LastActivation :one
SELECT * FROM activation ORDER BY seq DESC LIMIT 1;

-- Activations is one page of them, newest first, of all revisions or of one.
-- name: Activations :many
SELECT * FROM activation
WHERE seq < @before
  AND (revision = sqlc.narg('revision') OR CAST(sqlc.narg('revision') AS TEXT) IS NULL)
ORDER BY seq DESC
LIMIT CAST(@page_size AS BIGINT);
