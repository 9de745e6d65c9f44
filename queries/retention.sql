-- name: InsertHold :one
INSERT INTO hold (scope, name, reason, held_by, held_at)
VALUES (@scope, @name, @reason, @held_by, @held_at)
RETURNING seq;

-- name: InsertRelease :exec
INSERT INTO hold_release (hold, reason, released_by, released_at)
VALUES (@hold, @reason, @released_by, @released_at);

-- Holds are those in force, the oldest first.
-- name: Holds :many
SELECT * FROM hold
WHERE NOT EXISTS (SELECT 1 FROM hold_release WHERE hold_release.hold = hold.seq)
ORDER BY seq;

-- name: HoldRows :many
SELECT seq, scope, name, reason, held_by, CAST(held_at AS TEXT) AS held
FROM hold WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: ReleaseRows :many
SELECT seq, hold, reason, released_by, CAST(released_at AS TEXT) AS released
FROM hold_release WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- name: RemovalRows :many
SELECT seq, program, CAST(removed_at AS TEXT) AS removed, n, digest
FROM removal WHERE seq > @after AND seq <= @up_to ORDER BY seq
LIMIT CAST(@page_size AS BIGINT);

-- DecidedBefore is the last decision before an instant.
-- name: DecidedBefore :one
SELECT seq FROM decision WHERE decided_at < @before_at
ORDER BY decided_at DESC
LIMIT 1;

-- Beyond is the newest decision of a program after so many newer ones.
-- name: Beyond :one
SELECT seq FROM decision WHERE program = @program
ORDER BY seq DESC
LIMIT 1 OFFSET CAST(@keep AS BIGINT);

-- Removable are the oldest sealed decisions of a program that nobody holds. The newest of
-- all stays, so that no number is given twice.
-- name: Removable :many
SELECT decision.seq FROM decision
WHERE decision.program = @program AND decision.seq > @after AND decision.seq <= @up_to
    AND decision.seq < (SELECT MAX(d.seq) FROM decision AS d)
    AND decision.seq <= (SELECT COALESCE(MAX(leaf.seq), 0) FROM leaf WHERE leaf.kind = 'decision')
    AND NOT EXISTS (
        SELECT 1 FROM hold
        WHERE NOT EXISTS (SELECT 1 FROM hold_release WHERE hold_release.hold = hold.seq)
            AND (hold.scope = 'program' AND hold.name = decision.program
                OR hold.scope = 'partner' AND hold.name = decision.partner
                OR hold.scope = 'decision' AND hold.name = decision.id)
    )
ORDER BY decision.seq
LIMIT CAST(@page_size AS BIGINT);

-- name: LastRemoval :one
SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM removal;

-- name: InsertRemoval :exec
INSERT INTO removal (seq, program, removed_at, n, digest)
VALUES (@seq, @program, @removed_at, @n, @digest);

-- name: InsertTombstone :exec
INSERT INTO tombstone (decision, id, program, decided_at, leaf, removal)
VALUES (@decision, @id, @program, @decided_at, @leaf, @removal);

-- name: TombstonesIn :many
SELECT * FROM tombstone WHERE removal = @removal ORDER BY decision;

-- name: Tombstones :many
SELECT decision, leaf FROM tombstone
WHERE decision > @after AND decision <= @up_to ORDER BY decision
LIMIT CAST(@page_size AS BIGINT);

-- name: TombstoneCount :one
SELECT COUNT(*) FROM tombstone;

-- Tombstone finds that of a decision by its id.
-- name: Tombstone :one
SELECT tombstone.decision, tombstone.removal, removal.removed_at FROM tombstone
JOIN removal ON removal.seq = tombstone.removal
WHERE tombstone.id = @id;

-- The counts of a decision that goes are taken back. Its findings are looked for among the
-- few hundred verdicts of its program: there is no index by decision.

-- name: UncountOutcome :exec
UPDATE tally_outcome SET n = n - 1
WHERE decided_on = @decided_on AND program = @program AND outcome = @outcome;

-- name: UncountFindings :exec
UPDATE tally_finding SET n = n - 1
WHERE decided_on = @decided_on AND verdict IN (
    SELECT v.seq FROM verdict AS v CROSS JOIN finding AS f ON f.verdict = v.seq AND f.decision = @decision
    WHERE v.program = @program
);

-- name: UncountMonth :exec
UPDATE tally_month SET n = n - 1
WHERE month = @month AND verdict IN (
    SELECT v.seq FROM verdict AS v CROSS JOIN finding AS f ON f.verdict = v.seq AND f.decision = @decision
    WHERE v.program = @program
);

-- name: DropNoOutcomes :exec
DELETE FROM tally_outcome WHERE n = 0;

-- name: DropNoFindings :exec
DELETE FROM tally_finding WHERE n = 0;

-- name: DropNoMonths :exec
DELETE FROM tally_month WHERE n = 0;

-- name: DeleteFindings :exec
DELETE FROM finding
WHERE decision = @decision AND verdict IN (SELECT v.seq FROM verdict AS v WHERE v.program = @program);

-- name: DeleteStraggler :exec
DELETE FROM straggler WHERE decision = @decision;

-- name: DeleteDecision :exec
DELETE FROM decision WHERE seq = @seq;
