-- Everything that the log can be asked for is answered from an index whose entries are
-- in the order of seq: a search intersects them and never reads a row that it does not
-- show. SQLite ends every entry of an index with the seq by itself.

-- +goose Up

-- Who asked, by their own word, and the trace that the request was part of.
ALTER TABLE decision ADD COLUMN caller TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN trace_id TEXT NOT NULL DEFAULT ''
    CONSTRAINT decision_trace_id CHECK (trace_id = '' OR (length(trace_id) = 32 AND trace_id NOT GLOB '*[^0-9a-f]*'));

DROP INDEX decision_by_partner;
DROP INDEX decision_by_seq;
CREATE INDEX decision_by_partner ON decision (partner, program);
CREATE INDEX decision_by_program ON decision (program);
CREATE INDEX decision_by_outcome ON decision (program, outcome);
CREATE INDEX decision_by_revision ON decision (revision);
CREATE INDEX decision_by_day ON decision (as_of_on);
CREATE INDEX decision_by_instant ON decision (decided_at);
CREATE INDEX decision_by_action ON decision (action) WHERE action IS NOT NULL;
CREATE INDEX decision_by_caller ON decision (caller) WHERE caller <> '';
CREATE INDEX decision_by_request ON decision (request_id) WHERE request_id <> '';
CREATE INDEX decision_by_trace ON decision (trace_id) WHERE trace_id <> '';

-- From now on decided_at is the instant at which a decision went into the log, so that
-- a span of time is a span of seq. Decisions from before may be out of order, because
-- several were made at once or a clock was set back: these are they. Searches find them
-- at the time of the last one before them that is in order.
CREATE TABLE straggler (
    decision INTEGER NOT NULL,
    CONSTRAINT straggler_pk PRIMARY KEY (decision),
    CONSTRAINT straggler_decision_fk FOREIGN KEY (decision) REFERENCES decision (seq)
) STRICT, WITHOUT ROWID;

INSERT INTO straggler (decision)
SELECT seq FROM (
    SELECT seq, decided_at,
        MAX(decided_at) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest_at
    FROM decision
)
WHERE decided_at <= latest_at;

-- What can come out for a requirement: a finding without its values. There are a few
-- hundred of them, however many decisions.
CREATE TABLE verdict (
    seq         INTEGER NOT NULL,
    program     TEXT    NOT NULL,
    requirement TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    due         INTEGER NOT NULL, -- 0 or 1
    reason      TEXT    NOT NULL,
    CONSTRAINT verdict_pk PRIMARY KEY (seq),
    CONSTRAINT verdict_seq CHECK (seq > 0),
    CONSTRAINT verdict_once UNIQUE (program, requirement, status, due, reason),
    CONSTRAINT verdict_due CHECK (due IN (0, 1))
) STRICT;

-- Which decisions have which verdicts. It says nothing that result_json does not say. The
-- decision is no foreign key: where one is removed, all findings would be looked through.
CREATE TABLE finding (
    verdict  INTEGER NOT NULL,
    decision INTEGER NOT NULL,
    CONSTRAINT finding_pk PRIMARY KEY (verdict, decision),
    CONSTRAINT finding_verdict_fk FOREIGN KEY (verdict) REFERENCES verdict (seq)
) STRICT, WITHOUT ROWID;

-- How many there are, by the day they were decided on. These count up; they can be
-- counted again from the tables above at any time.
CREATE TABLE tally_outcome (
    decided_on TEXT    NOT NULL,
    program    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    n          INTEGER NOT NULL,
    CONSTRAINT tally_outcome_pk PRIMARY KEY (decided_on, program, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally_finding (
    decided_on TEXT    NOT NULL,
    verdict    INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    CONSTRAINT tally_finding_pk PRIMARY KEY (decided_on, verdict),
    CONSTRAINT tally_finding_verdict_fk FOREIGN KEY (verdict) REFERENCES verdict (seq)
) STRICT, WITHOUT ROWID;

-- The same by month, as YYYY-MM: a year of days has a hundred thousand of these counts.
CREATE TABLE tally_month (
    month   TEXT    NOT NULL,
    verdict INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    CONSTRAINT tally_month_pk PRIMARY KEY (month, verdict),
    CONSTRAINT tally_month_verdict_fk FOREIGN KEY (verdict) REFERENCES verdict (seq)
) STRICT, WITHOUT ROWID;

INSERT INTO verdict (program, requirement, status, due, reason)
SELECT DISTINCT decision.program, f.value ->> 'id', f.value ->> 'status', COALESCE(f.value ->> 'due', 0),
    COALESCE(f.value ->> 'reason', '')
FROM decision, json_each(decision.result_json, '$.findings') AS f;

INSERT INTO finding (verdict, decision)
SELECT DISTINCT verdict.seq, decision.seq
FROM decision, json_each(decision.result_json, '$.findings') AS f
JOIN verdict ON verdict.program = decision.program AND verdict.requirement = f.value ->> 'id'
    AND verdict.status = f.value ->> 'status' AND verdict.due = COALESCE(f.value ->> 'due', 0)
    AND verdict.reason = COALESCE(f.value ->> 'reason', '');

INSERT INTO tally_outcome (decided_on, program, outcome, n)
SELECT substr(decided_at, 1, 10), program, outcome, COUNT(*) FROM decision GROUP BY 1, 2, 3;

INSERT INTO tally_finding (decided_on, verdict, n)
SELECT substr(decision.decided_at, 1, 10), finding.verdict, COUNT(*)
FROM finding JOIN decision ON decision.seq = finding.decision GROUP BY 1, 2;

INSERT INTO tally_month (month, verdict, n)
SELECT substr(decided_on, 1, 7), verdict, SUM(n) FROM tally_finding GROUP BY 1, 2;

-- +goose StatementBegin
CREATE TRIGGER decision_in_time BEFORE INSERT ON decision
WHEN NEW.decided_at <= (SELECT MAX(decided_at) FROM decision)
BEGIN SELECT RAISE(ABORT, 'decision must be later than every earlier one'); END;

CREATE TRIGGER straggler_no_update BEFORE UPDATE ON straggler
BEGIN SELECT RAISE(ABORT, 'straggler is append-only'); END;
CREATE TRIGGER straggler_no_delete BEFORE DELETE ON straggler
BEGIN SELECT RAISE(ABORT, 'straggler is append-only'); END;
CREATE TRIGGER straggler_no_replace BEFORE INSERT ON straggler
WHEN EXISTS (SELECT 1 FROM straggler WHERE decision = NEW.decision)
BEGIN SELECT RAISE(ABORT, 'straggler is append-only: the key exists'); END;

CREATE TRIGGER verdict_no_update BEFORE UPDATE ON verdict
BEGIN SELECT RAISE(ABORT, 'verdict is append-only'); END;
CREATE TRIGGER verdict_no_delete BEFORE DELETE ON verdict
BEGIN SELECT RAISE(ABORT, 'verdict is append-only'); END;
CREATE TRIGGER verdict_no_replace BEFORE INSERT ON verdict
WHEN EXISTS (SELECT 1 FROM verdict WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM verdict WHERE program = NEW.program AND requirement = NEW.requirement
        AND status = NEW.status AND due = NEW.due AND reason = NEW.reason)
BEGIN SELECT RAISE(ABORT, 'verdict is append-only: the key exists'); END;

CREATE TRIGGER finding_no_update BEFORE UPDATE ON finding
BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;
CREATE TRIGGER finding_no_delete BEFORE DELETE ON finding
BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;
CREATE TRIGGER finding_no_replace BEFORE INSERT ON finding
WHEN EXISTS (SELECT 1 FROM finding WHERE verdict = NEW.verdict AND decision = NEW.decision)
BEGIN SELECT RAISE(ABORT, 'finding is append-only: the key exists'); END;
-- +goose StatementEnd
