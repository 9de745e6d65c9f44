-- Where the decision log is sent to, and how far it has been taken there.

-- +goose Up

-- position is the seq of the last decision that the sink acknowledged. It is the only
-- thing here that changes, and it goes forward only.
CREATE TABLE sink (
    name            TEXT    NOT NULL, -- its URL
    position        INTEGER NOT NULL,
    acknowledged_at TEXT,             -- NULL if nothing was yet
    CONSTRAINT sink_pk PRIMARY KEY (name),
    CONSTRAINT sink_name CHECK (name <> ''),
    CONSTRAINT sink_position CHECK (position >= 0),
    CONSTRAINT sink_acknowledged_at CHECK (acknowledged_at LIKE '____-__-__T__:__:__.______Z')
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER sink_only_forward BEFORE UPDATE ON sink
WHEN NEW.name <> OLD.name OR NEW.position < OLD.position
BEGIN SELECT RAISE(ABORT, 'a sink goes forward only'); END;
CREATE TRIGGER sink_no_delete BEFORE DELETE ON sink
BEGIN SELECT RAISE(ABORT, 'a sink goes forward only'); END;
CREATE TRIGGER sink_no_replace BEFORE INSERT ON sink
WHEN EXISTS (SELECT 1 FROM sink WHERE name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'a sink goes forward only: the key exists'); END;
-- +goose StatementEnd
