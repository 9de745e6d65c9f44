-- Retention: decisions that need not be kept any longer can go. Each leaves a tombstone with
-- its leaf, so that the tree can be verified and the receipt given as before. What somebody
-- holds stays, whatever its age.

-- +goose Up

-- Decisions that must stay: all of a partner, all of a program, or one.
CREATE TABLE hold (
    seq     INTEGER NOT NULL,
    scope   TEXT    NOT NULL,
    name    TEXT    NOT NULL, -- of the partner, the program or the decision
    reason  TEXT    NOT NULL,
    held_by TEXT    NOT NULL,
    held_at TEXT    NOT NULL,
    CONSTRAINT hold_pk PRIMARY KEY (seq),
    CONSTRAINT hold_seq CHECK (seq > 0),
    CONSTRAINT hold_scope CHECK (scope IN ('partner', 'program', 'decision')),
    CONSTRAINT hold_name CHECK (name <> ''),
    CONSTRAINT hold_reason CHECK (reason <> ''),
    CONSTRAINT hold_by CHECK (held_by <> ''),
    CONSTRAINT hold_at CHECK (held_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

-- The end of a hold.
CREATE TABLE hold_release (
    seq         INTEGER NOT NULL,
    hold        INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    released_by TEXT    NOT NULL,
    released_at TEXT    NOT NULL,
    CONSTRAINT hold_release_pk PRIMARY KEY (seq),
    CONSTRAINT hold_release_seq CHECK (seq > 0),
    CONSTRAINT hold_release_once UNIQUE (hold),
    CONSTRAINT hold_release_hold_fk FOREIGN KEY (hold) REFERENCES hold (seq),
    CONSTRAINT hold_release_reason CHECK (reason <> ''),
    CONSTRAINT hold_release_by CHECK (released_by <> ''),
    CONSTRAINT hold_release_at CHECK (released_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

-- What went at once.
CREATE TABLE removal (
    seq        INTEGER NOT NULL,
    program    TEXT    NOT NULL,
    removed_at TEXT    NOT NULL,
    n          INTEGER NOT NULL, -- the number of decisions
    digest     TEXT    NOT NULL, -- of the list of them, so that nothing can be added to it
    CONSTRAINT removal_pk PRIMARY KEY (seq),
    CONSTRAINT removal_seq CHECK (seq > 0),
    CONSTRAINT removal_program CHECK (program <> ''),
    CONSTRAINT removal_at CHECK (removed_at LIKE '____-__-__T__:__:__.______Z'),
    CONSTRAINT removal_n CHECK (n > 0),
    CONSTRAINT removal_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*')
) STRICT;

-- In the place of a decision that went. Its removal is inserted last, because it sums them up.
CREATE TABLE tombstone (
    decision   INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    program    TEXT    NOT NULL,
    decided_at TEXT    NOT NULL,
    leaf       BLOB    NOT NULL,
    removal    INTEGER NOT NULL,
    CONSTRAINT tombstone_pk PRIMARY KEY (decision),
    CONSTRAINT tombstone_once UNIQUE (id),
    CONSTRAINT tombstone_removal_fk FOREIGN KEY (removal) REFERENCES removal (seq) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstone_by_removal ON tombstone (removal, decision);

-- A removal is under way until its leaf is there.
CREATE VIEW leaving AS
SELECT tombstone.decision FROM tombstone
WHERE NOT EXISTS (SELECT 1 FROM leaf WHERE leaf.kind = 'removal' AND leaf.seq = tombstone.removal);

-- +goose StatementBegin
DROP TRIGGER decision_no_delete;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision
WHEN NOT EXISTS (SELECT 1 FROM leaving WHERE decision = OLD.seq)
    OR OLD.seq = (SELECT MAX(seq) FROM decision) -- or its number would be given again
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;

DROP TRIGGER finding_no_delete;
CREATE TRIGGER finding_no_delete BEFORE DELETE ON finding
WHEN NOT EXISTS (SELECT 1 FROM leaving WHERE decision = OLD.decision)
BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;

DROP TRIGGER straggler_no_delete;
CREATE TRIGGER straggler_no_delete BEFORE DELETE ON straggler
WHEN NOT EXISTS (SELECT 1 FROM leaving WHERE decision = OLD.decision)
BEGIN SELECT RAISE(ABORT, 'straggler is append-only'); END;

DROP TRIGGER input_no_delete;
CREATE TRIGGER input_no_delete BEFORE DELETE ON input
WHEN EXISTS (SELECT 1 FROM decision WHERE given_digest = OLD.digest)
    OR NOT EXISTS (SELECT 1 FROM under_way) AND NOT EXISTS (SELECT 1 FROM leaving)
BEGIN SELECT RAISE(ABORT, 'input is append-only'); END;

CREATE TRIGGER hold_no_update BEFORE UPDATE ON hold
BEGIN SELECT RAISE(ABORT, 'hold is append-only'); END;
CREATE TRIGGER hold_no_delete BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'hold is append-only'); END;
CREATE TRIGGER hold_no_replace BEFORE INSERT ON hold
WHEN EXISTS (SELECT 1 FROM hold WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'hold is append-only: the key exists'); END;
CREATE TRIGGER hold_only_later AFTER INSERT ON hold
WHEN NEW.seq < (SELECT MAX(seq) FROM hold)
BEGIN SELECT RAISE(ABORT, 'hold must be later than every earlier one'); END;

CREATE TRIGGER hold_release_no_update BEFORE UPDATE ON hold_release
BEGIN SELECT RAISE(ABORT, 'hold_release is append-only'); END;
CREATE TRIGGER hold_release_no_delete BEFORE DELETE ON hold_release
BEGIN SELECT RAISE(ABORT, 'hold_release is append-only'); END;
CREATE TRIGGER hold_release_no_replace BEFORE INSERT ON hold_release
WHEN EXISTS (SELECT 1 FROM hold_release WHERE seq = NEW.seq OR hold = NEW.hold)
BEGIN SELECT RAISE(ABORT, 'hold_release is append-only: the key exists'); END;
CREATE TRIGGER hold_release_only_later AFTER INSERT ON hold_release
WHEN NEW.seq < (SELECT MAX(seq) FROM hold_release)
BEGIN SELECT RAISE(ABORT, 'hold_release must be later than every earlier one'); END;

CREATE TRIGGER removal_no_update BEFORE UPDATE ON removal
BEGIN SELECT RAISE(ABORT, 'removal is append-only'); END;
CREATE TRIGGER removal_no_delete BEFORE DELETE ON removal
BEGIN SELECT RAISE(ABORT, 'removal is append-only'); END;
CREATE TRIGGER removal_no_replace BEFORE INSERT ON removal
WHEN EXISTS (SELECT 1 FROM removal WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'removal is append-only: the key exists'); END;
CREATE TRIGGER removal_only_later AFTER INSERT ON removal
WHEN NEW.seq < (SELECT MAX(seq) FROM removal)
BEGIN SELECT RAISE(ABORT, 'removal must be later than every earlier one'); END;

CREATE TRIGGER tombstone_no_update BEFORE UPDATE ON tombstone
BEGIN SELECT RAISE(ABORT, 'tombstone is append-only'); END;
CREATE TRIGGER tombstone_no_delete BEFORE DELETE ON tombstone
BEGIN SELECT RAISE(ABORT, 'tombstone is append-only'); END;
CREATE TRIGGER tombstone_no_replace BEFORE INSERT ON tombstone
WHEN EXISTS (SELECT 1 FROM tombstone WHERE decision = NEW.decision OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'tombstone is append-only: the key exists'); END;
CREATE TRIGGER tombstone_only_before BEFORE INSERT ON tombstone
WHEN EXISTS (SELECT 1 FROM removal WHERE seq = NEW.removal)
BEGIN SELECT RAISE(ABORT, 'tombstone is append-only: a removal sums up what came before it'); END;
-- +goose StatementEnd
