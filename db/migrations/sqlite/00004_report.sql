-- What a change was measured to turn, as a person was asked to accept it, and who did.
-- Append-only like all evidence here: what was accepted can be read for ever.

-- +goose Up

CREATE TABLE report (
    seq        INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    created_at TEXT    NOT NULL,
    live       TEXT    NOT NULL, -- the revision that served
    candidate  TEXT    NOT NULL, -- the one measured against it, which may never have served
    content    BLOB    NOT NULL, -- JSON, packed by gzip
    CONSTRAINT report_pk PRIMARY KEY (seq),
    CONSTRAINT report_seq CHECK (seq > 0),
    CONSTRAINT report_id_unique UNIQUE (id),
    CONSTRAINT report_live_fk FOREIGN KEY (live) REFERENCES revision (digest),
    CONSTRAINT report_id CHECK (length(id) = 64 AND id NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT report_created_at CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    CONSTRAINT report_candidate CHECK (length(candidate) = 64 AND candidate NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT report_content CHECK (length(content) > 0)
) STRICT;

-- The first word on a report counts; there is no second.
CREATE TABLE acceptance (
    report      TEXT NOT NULL,
    accepted_by TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    CONSTRAINT acceptance_pk PRIMARY KEY (report),
    CONSTRAINT acceptance_report_fk FOREIGN KEY (report) REFERENCES report (id),
    CONSTRAINT acceptance_by CHECK (accepted_by <> ''),
    CONSTRAINT acceptance_at CHECK (accepted_at LIKE '____-__-__T__:__:__.______Z')
) STRICT, WITHOUT ROWID;

-- The report that was accepted for it; NULL if nobody had to.
ALTER TABLE activation ADD COLUMN report TEXT CONSTRAINT activation_report_fk REFERENCES report (id);

-- +goose StatementBegin
CREATE TRIGGER report_no_update BEFORE UPDATE ON report
BEGIN SELECT RAISE(ABORT, 'report is append-only'); END;
CREATE TRIGGER report_no_delete BEFORE DELETE ON report
BEGIN SELECT RAISE(ABORT, 'report is append-only'); END;
CREATE TRIGGER report_no_replace BEFORE INSERT ON report
WHEN EXISTS (SELECT 1 FROM report WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM report WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'report is append-only: the key exists'); END;
CREATE TRIGGER report_only_later AFTER INSERT ON report
WHEN NEW.seq < (SELECT MAX(seq) FROM report)
BEGIN SELECT RAISE(ABORT, 'report must be later than every earlier one'); END;

CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only'); END;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only'); END;
CREATE TRIGGER acceptance_no_replace BEFORE INSERT ON acceptance
WHEN EXISTS (SELECT 1 FROM acceptance WHERE report = NEW.report)
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only: the key exists'); END;
-- +goose StatementEnd
