-- name: VerdictSeq :one
SELECT seq FROM verdict
WHERE program = @program AND requirement = @requirement AND status = @status AND due = @due AND reason = @reason;

-- name: InsertVerdict :one
INSERT INTO verdict (program, requirement, status, due, reason)
VALUES (@program, @requirement, @status, @due, @reason)
RETURNING seq;

-- Verdicts are all that fit; there are a few hundred at most.
-- name: Verdicts :many
SELECT seq FROM verdict
WHERE (program = sqlc.narg('program') OR CAST(sqlc.narg('program') AS TEXT) IS NULL)
  AND (requirement = sqlc.narg('requirement') OR CAST(sqlc.narg('requirement') AS TEXT) IS NULL)
  AND (status = sqlc.narg('status') OR CAST(sqlc.narg('status') AS TEXT) IS NULL)
  AND (due = sqlc.narg('due') OR CAST(sqlc.narg('due') AS BIGINT) IS NULL)
  AND (reason = sqlc.narg('reason') OR CAST(sqlc.narg('reason') AS TEXT) IS NULL)
ORDER BY seq;

-- name: InsertFinding :exec
INSERT INTO finding (verdict, decision)
VALUES (@verdict, @decision);

-- name: CountOutcome :exec
INSERT INTO tally_outcome (decided_on, program, outcome, n)
VALUES (@decided_on, @program, @outcome, 1)
ON CONFLICT (decided_on, program, outcome) DO UPDATE SET n = n + 1;

-- name: CountFinding :exec
INSERT INTO tally_finding (decided_on, verdict, n)
VALUES (@decided_on, @verdict, 1)
ON CONFLICT (decided_on, verdict) DO UPDATE SET n = n + 1;

-- name: CountMonth :exec
INSERT INTO tally_month (month, verdict, n)
VALUES (@month, @verdict, 1)
ON CONFLICT (month, verdict) DO UPDATE SET n = n + 1;

-- TallyOutcomes are the counts of the days from the first one to before the last one.
-- name: TallyOutcomes :many
SELECT * FROM tally_outcome
WHERE decided_on >= @from_on AND decided_on < @to_on
  AND (program = sqlc.narg('program') OR CAST(sqlc.narg('program') AS TEXT) IS NULL)
ORDER BY decided_on, program, outcome;

-- name: TallyFindings :many
SELECT verdict.program, verdict.requirement, verdict.status, verdict.due, verdict.reason, CAST(SUM(t.n) AS BIGINT) AS n
FROM tally_finding AS t
JOIN verdict ON verdict.seq = t.verdict
WHERE t.decided_on >= @from_on AND t.decided_on < @to_on
  AND (verdict.program = sqlc.narg('program') OR CAST(sqlc.narg('program') AS TEXT) IS NULL)
GROUP BY verdict.seq;

-- TallyMonths is TallyFindings of whole months.
-- name: TallyMonths :many
SELECT verdict.program, verdict.requirement, verdict.status, verdict.due, verdict.reason, CAST(SUM(t.n) AS BIGINT) AS n
FROM tally_month AS t
JOIN verdict ON verdict.seq = t.verdict
WHERE t.month >= @from_month AND t.month < @to_month
  AND (verdict.program = sqlc.narg('program') OR CAST(sqlc.narg('program') AS TEXT) IS NULL)
GROUP BY verdict.seq;
