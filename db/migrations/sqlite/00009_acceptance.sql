-- A word on a report counts until the change serves by it. Whoever goes back from that
-- change takes the word back too: to let it serve again needs another one, so a report
-- can be accepted more than once. The seq is the key now, as with all that becomes a leaf.

-- +goose Up

CREATE TABLE acceptance_again (
    seq         INTEGER NOT NULL,
    report      TEXT    NOT NULL,
    accepted_by TEXT    NOT NULL,
    accepted_at TEXT    NOT NULL,
    CONSTRAINT acceptance_pk PRIMARY KEY (seq),
    CONSTRAINT acceptance_seq CHECK (seq > 0),
    CONSTRAINT acceptance_report_fk FOREIGN KEY (report) REFERENCES report (id),
    CONSTRAINT acceptance_by CHECK (accepted_by <> ''),
    CONSTRAINT acceptance_at CHECK (accepted_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;
INSERT INTO acceptance_again (seq, report, accepted_by, accepted_at)
SELECT seq, report, accepted_by, accepted_at FROM acceptance ORDER BY seq;
DROP TABLE acceptance;
ALTER TABLE acceptance_again RENAME TO acceptance;

CREATE INDEX acceptance_by_report ON acceptance (report, seq);
CREATE INDEX activation_by_report ON activation (report, activated_at) WHERE report IS NOT NULL;

-- +goose StatementBegin
CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only'); END;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only'); END;
CREATE TRIGGER acceptance_no_replace BEFORE INSERT ON acceptance
WHEN EXISTS (SELECT 1 FROM acceptance WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only: the key exists'); END;
CREATE TRIGGER acceptance_only_later BEFORE INSERT ON acceptance
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM acceptance)
BEGIN SELECT RAISE(ABORT, 'acceptance must be later than every earlier one'); END;
-- +goose StatementEnd
