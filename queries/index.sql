-- What holds the search index and the counts against the log, which alone is sealed.

-- FindingsOf are what the index has for the decisions after one place in the log up to
-- another: each verdict is looked up there.
-- name: FindingsOf :many
SELECT finding.decision, verdict.program, verdict.requirement, verdict.status, verdict.due, verdict.reason
FROM verdict
CROSS JOIN finding
WHERE finding.verdict = verdict.seq AND finding.decision > @after AND finding.decision <= @upto
ORDER BY finding.decision;

-- name: RecountOutcomes :many
SELECT CAST(decided_on AS TEXT) AS decided_on, program, outcome, CAST(SUM(tallied) AS BIGINT) AS tallied,
    CAST(SUM(counted) AS BIGINT) AS counted
FROM (
    SELECT decided_on, program, outcome, n AS tallied, 0 AS counted FROM tally_outcome
    UNION ALL
    SELECT substr(decided_at, 1, 10), program, outcome, 0, COUNT(*) FROM decision GROUP BY 1, 2, 3
) AS counts
GROUP BY 1, 2, 3
HAVING SUM(tallied) <> SUM(counted)
ORDER BY 1, 2, 3;

-- RecountFindings gives all days, so that months can be added up from them.
-- name: RecountFindings :many
SELECT CAST(decided_on AS TEXT) AS decided_on, verdict, CAST(SUM(tallied) AS BIGINT) AS tallied,
    CAST(SUM(counted) AS BIGINT) AS counted
FROM (
    SELECT decided_on, verdict, n AS tallied, 0 AS counted FROM tally_finding
    UNION ALL
    SELECT substr(decision.decided_at, 1, 10), finding.verdict, 0, COUNT(*)
    FROM finding JOIN decision ON decision.seq = finding.decision GROUP BY 1, 2
) AS counts
GROUP BY 1, 2
ORDER BY 1, 2;

-- name: CountedMonths :many
SELECT month, verdict, n FROM tally_month;

-- name: AllVerdicts :many
SELECT * FROM verdict;

-- RecountStragglers are decisions that are listed as out of order and are not, or are
-- and are not listed.
-- name: RecountStragglers :many
SELECT CAST(decision AS BIGINT) AS decision, CAST(SUM(listed) AS BIGINT) AS listed
FROM (
    SELECT decision, 1 AS listed, 0 AS found FROM straggler
    UNION ALL
    SELECT seq, 0, 1 FROM (
        SELECT seq, decided_at,
            MAX(decided_at) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest_at
        FROM decision
    ) AS log
    WHERE decided_at <= latest_at
) AS both_lists
GROUP BY 1
HAVING SUM(listed) <> SUM(found)
ORDER BY 1;
