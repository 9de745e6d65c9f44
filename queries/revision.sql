-- name: RevisionExists :one
SELECT EXISTS (SELECT 1 FROM revision WHERE digest = @digest);

-- AnyRevision reads a page of the file: how readiness is asked for.
-- name: AnyRevision :one
SELECT EXISTS (SELECT 1 FROM revision);

-- name: InsertRevision :exec
INSERT INTO revision (digest, first_served_at)
VALUES (@digest, @first_served_at);

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
