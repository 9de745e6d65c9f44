-- Every time that a revision began to serve. Append-only like all evidence here: what
-- served when can be read for ever.

-- +goose Up

CREATE TABLE activation (
    seq          INTEGER NOT NULL,
    revision     TEXT    NOT NULL,
    activated_at TEXT    NOT NULL,
    activated_by TEXT    NOT NULL, -- '' if it came from the folder
    in_place_of  TEXT,             -- the tree in the folder that it was preferred to
    source       TEXT    NOT NULL, -- the folders, or what else it was read from
    commit_id    TEXT    NOT NULL, -- of the folder, '' where it has none
    author       TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    tests        INTEGER NOT NULL, -- Rego tests that passed
    cases        INTEGER NOT NULL, -- cases that were decided
    warnings     INTEGER NOT NULL,
    CONSTRAINT activation_pk PRIMARY KEY (seq),
    CONSTRAINT activation_seq CHECK (seq > 0),
    CONSTRAINT activation_revision_fk FOREIGN KEY (revision) REFERENCES revision (digest),
    CONSTRAINT activation_activated_at CHECK (activated_at LIKE '____-__-__T__:__:__.______Z'),
    CONSTRAINT activation_in_place_of CHECK (length(in_place_of) = 64 AND in_place_of NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT activation_tests CHECK (tests >= 0),
    CONSTRAINT activation_cases CHECK (cases >= 0),
    CONSTRAINT activation_warnings CHECK (warnings >= 0)
) STRICT;

CREATE INDEX activation_by_revision ON activation (revision, seq);

-- +goose StatementBegin
CREATE TRIGGER activation_no_update BEFORE UPDATE ON activation
BEGIN SELECT RAISE(ABORT, 'activation is append-only'); END;
CREATE TRIGGER activation_no_delete BEFORE DELETE ON activation
BEGIN SELECT RAISE(ABORT, 'activation is append-only'); END;
CREATE TRIGGER activation_no_replace BEFORE INSERT ON activation
WHEN EXISTS (SELECT 1 FROM activation WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'activation is append-only: the key exists'); END;
CREATE TRIGGER activation_only_later AFTER INSERT ON activation
WHEN NEW.seq < (SELECT MAX(seq) FROM activation)
BEGIN SELECT RAISE(ABORT, 'activation must be later than every earlier one'); END;
-- +goose StatementEnd
