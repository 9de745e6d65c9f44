-- name: PartnerExists :one
SELECT EXISTS (SELECT 1 FROM partner WHERE id = @id);

-- name: InsertPartner :exec
INSERT INTO partner (id, first_recorded_at)
VALUES (@id, @first_recorded_at);

-- Partners is one page of partners, after an id.
-- name: Partners :many
SELECT * FROM partner
WHERE id > @after
ORDER BY id
LIMIT CAST(@page_size AS BIGINT);
