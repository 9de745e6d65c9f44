-- The first schema. Facts and decisions are evidence, so every table here is
-- append-only: what was acknowledged can be read again as it was, for ever.
--
-- How that is enforced, table by table, with three triggers each:
--
--   *_no_update, *_no_delete  say no.
--   *_no_replace              says no to an INSERT whose key exists. INSERT OR
--                             REPLACE removes the old row without firing delete
--                             triggers, unless the connection turned
--                             recursive_triggers on; a foreign one has not.
--                             Therefore ON CONFLICT DO NOTHING aborts as well:
--                             queries look first, inside the transaction.
--
-- Tables without a seq are WITHOUT ROWID: a hidden rowid would be a second key by
-- which a row could be replaced.
--
-- Columns say their type by their ending: _at an instant, UTC, microseconds, of
-- fixed width so that text sorts as time; _on a day; _json canonical JSON, kept
-- as text because those very bytes were hashed. Digests are SHA-256, lower-case
-- hex. Constraints have names so that later migrations can speak of them.

-- +goose Up

CREATE TABLE partner (
    id                TEXT NOT NULL,
    first_recorded_at TEXT NOT NULL,
    CONSTRAINT partner_pk PRIMARY KEY (id),
    CONSTRAINT partner_id CHECK (id <> ''),
    CONSTRAINT partner_first_recorded_at CHECK (first_recorded_at LIKE '____-__-__T__:__:__.______Z')
) STRICT, WITHOUT ROWID;

-- One request to record facts. All facts of a recording share its instant.
CREATE TABLE recording (
    seq             INTEGER NOT NULL,
    partner         TEXT    NOT NULL,
    recorded_at     TEXT    NOT NULL,
    idempotency_key TEXT,
    digest          TEXT    NOT NULL,
    CONSTRAINT recording_pk PRIMARY KEY (seq),
    CONSTRAINT recording_seq CHECK (seq > 0),
    CONSTRAINT recording_partner_fk FOREIGN KEY (partner) REFERENCES partner (id),
    CONSTRAINT recording_once UNIQUE (partner, idempotency_key),
    CONSTRAINT recording_in_order UNIQUE (recorded_at),
    CONSTRAINT recording_whole UNIQUE (seq, partner, recorded_at), -- what fact refers to
    CONSTRAINT recording_recorded_at CHECK (recorded_at LIKE '____-__-__T__:__:__.______Z'),
    CONSTRAINT recording_idempotency_key CHECK (idempotency_key <> ''),
    CONSTRAINT recording_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*')
) STRICT;

-- seq is the position that decisions refer to. partner and recorded_at repeat the
-- recording, so that facts are found by them; the foreign key keeps them the same.
CREATE TABLE fact (
    seq           INTEGER NOT NULL,
    recording     INTEGER NOT NULL,
    partner       TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    key           TEXT    NOT NULL, -- '' where the kind has none
    source        TEXT    NOT NULL,
    valid_from_on TEXT    NOT NULL,
    valid_to_on   TEXT,             -- exclusive; NULL: no end is known
    body_json     TEXT,             -- NULL: nothing holds for that time
    recorded_at   TEXT    NOT NULL,
    CONSTRAINT fact_pk PRIMARY KEY (seq),
    CONSTRAINT fact_seq CHECK (seq > 0),
    CONSTRAINT fact_recording_fk FOREIGN KEY (recording, partner, recorded_at)
        REFERENCES recording (seq, partner, recorded_at),
    CONSTRAINT fact_kind CHECK (kind <> ''),
    CONSTRAINT fact_source CHECK (source <> ''),
    CONSTRAINT fact_valid_from CHECK (valid_from_on = date(valid_from_on)),
    CONSTRAINT fact_valid_to CHECK (valid_to_on = date(valid_to_on) AND valid_to_on > valid_from_on),
    CONSTRAINT fact_body CHECK (body_json IS NULL OR json_valid(body_json))
) STRICT;

CREATE INDEX fact_by_partner ON fact (partner, seq);
CREATE INDEX fact_by_recording ON fact (recording, partner, recorded_at);
CREATE INDEX fact_by_instant ON fact (recorded_at, seq);

-- The facts that came with requests, each list once.
CREATE TABLE input (
    digest       TEXT NOT NULL,
    content_json TEXT NOT NULL,
    CONSTRAINT input_pk PRIMARY KEY (digest),
    CONSTRAINT input_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT input_content CHECK (json_valid(content_json))
) STRICT, WITHOUT ROWID;

-- The files of policy trees, each content once.
CREATE TABLE file (
    digest  TEXT NOT NULL,
    content BLOB NOT NULL,
    CONSTRAINT file_pk PRIMARY KEY (digest),
    CONSTRAINT file_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*')
) STRICT, WITHOUT ROWID;

CREATE TABLE revision (
    digest          TEXT NOT NULL,
    first_served_at TEXT NOT NULL,
    CONSTRAINT revision_pk PRIMARY KEY (digest),
    CONSTRAINT revision_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT revision_first_served_at CHECK (first_served_at LIKE '____-__-__T__:__:__.______Z')
) STRICT, WITHOUT ROWID;

CREATE TABLE revision_file (
    revision TEXT NOT NULL,
    path     TEXT NOT NULL,
    file     TEXT NOT NULL,
    CONSTRAINT revision_file_pk PRIMARY KEY (revision, path),
    CONSTRAINT revision_file_revision_fk FOREIGN KEY (revision) REFERENCES revision (digest),
    CONSTRAINT revision_file_file_fk FOREIGN KEY (file) REFERENCES file (digest),
    CONSTRAINT revision_file_path CHECK (path <> '')
) STRICT, WITHOUT ROWID;

-- The decision log. A partner named here need not have facts of its own, so it is
-- not a foreign key; position 0 means that no stored fact could be seen.
CREATE TABLE decision (
    seq          INTEGER NOT NULL,
    id           TEXT    NOT NULL,
    program      TEXT    NOT NULL,
    partner      TEXT,
    outcome      TEXT    NOT NULL,
    revision     TEXT    NOT NULL,
    as_of_on     TEXT    NOT NULL,
    known_at     TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    given_digest TEXT,
    facts_digest TEXT    NOT NULL,
    result_json  TEXT    NOT NULL,
    decided_at   TEXT    NOT NULL,
    request_id   TEXT    NOT NULL, -- '' if the caller had none
    CONSTRAINT decision_pk PRIMARY KEY (seq),
    CONSTRAINT decision_seq CHECK (seq > 0),
    CONSTRAINT decision_id_unique UNIQUE (id),
    CONSTRAINT decision_revision_fk FOREIGN KEY (revision) REFERENCES revision (digest),
    CONSTRAINT decision_given_fk FOREIGN KEY (given_digest) REFERENCES input (digest),
    CONSTRAINT decision_id CHECK (id <> ''),
    CONSTRAINT decision_program CHECK (program <> ''),
    CONSTRAINT decision_partner CHECK (partner <> ''),
    CONSTRAINT decision_outcome CHECK (outcome <> ''),
    CONSTRAINT decision_as_of CHECK (as_of_on = date(as_of_on)),
    CONSTRAINT decision_known_at CHECK (known_at LIKE '____-__-__T__:__:__.______Z'),
    CONSTRAINT decision_position CHECK (position >= 0),
    CONSTRAINT decision_about CHECK (partner IS NOT NULL OR given_digest IS NOT NULL),
    CONSTRAINT decision_facts_digest CHECK (length(facts_digest) = 64 AND facts_digest NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT decision_result CHECK (json_valid(result_json)),
    CONSTRAINT decision_decided_at CHECK (decided_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

-- Searches read these, newest first, and not the table, whose rows are a hundred
-- times wider. A partner has few decisions among many; programs and outcomes are a
-- handful, so walking back from the newest meets a page of them soon.
CREATE INDEX decision_by_partner ON decision (partner, seq, program, outcome, decided_at);
CREATE INDEX decision_by_seq ON decision (seq, program, outcome, decided_at);

-- +goose StatementBegin
CREATE TRIGGER partner_no_update BEFORE UPDATE ON partner
BEGIN SELECT RAISE(ABORT, 'partner is append-only'); END;
CREATE TRIGGER partner_no_delete BEFORE DELETE ON partner
BEGIN SELECT RAISE(ABORT, 'partner is append-only'); END;
CREATE TRIGGER partner_no_replace BEFORE INSERT ON partner
WHEN EXISTS (SELECT 1 FROM partner WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'partner is append-only: the key exists'); END;

CREATE TRIGGER recording_no_update BEFORE UPDATE ON recording
BEGIN SELECT RAISE(ABORT, 'recording is append-only'); END;
CREATE TRIGGER recording_no_delete BEFORE DELETE ON recording
BEGIN SELECT RAISE(ABORT, 'recording is append-only'); END;
CREATE TRIGGER recording_no_replace BEFORE INSERT ON recording
WHEN EXISTS (SELECT 1 FROM recording WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM recording WHERE partner = NEW.partner AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'recording is append-only: the key exists'); END;

CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'fact is append-only'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'fact is append-only'); END;
CREATE TRIGGER fact_no_replace BEFORE INSERT ON fact
WHEN EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'fact is append-only: the key exists'); END;

CREATE TRIGGER input_no_update BEFORE UPDATE ON input
BEGIN SELECT RAISE(ABORT, 'input is append-only'); END;
CREATE TRIGGER input_no_delete BEFORE DELETE ON input
BEGIN SELECT RAISE(ABORT, 'input is append-only'); END;
CREATE TRIGGER input_no_replace BEFORE INSERT ON input
WHEN EXISTS (SELECT 1 FROM input WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'input is append-only: the key exists'); END;

CREATE TRIGGER file_no_update BEFORE UPDATE ON file
BEGIN SELECT RAISE(ABORT, 'file is append-only'); END;
CREATE TRIGGER file_no_delete BEFORE DELETE ON file
BEGIN SELECT RAISE(ABORT, 'file is append-only'); END;
CREATE TRIGGER file_no_replace BEFORE INSERT ON file
WHEN EXISTS (SELECT 1 FROM file WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'file is append-only: the key exists'); END;

CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision
BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END;
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision
BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END;
CREATE TRIGGER revision_no_replace BEFORE INSERT ON revision
WHEN EXISTS (SELECT 1 FROM revision WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'revision is append-only: the key exists'); END;

CREATE TRIGGER revision_file_no_update BEFORE UPDATE ON revision_file
BEGIN SELECT RAISE(ABORT, 'revision_file is append-only'); END;
CREATE TRIGGER revision_file_no_delete BEFORE DELETE ON revision_file
BEGIN SELECT RAISE(ABORT, 'revision_file is append-only'); END;
CREATE TRIGGER revision_file_no_replace BEFORE INSERT ON revision_file
WHEN EXISTS (SELECT 1 FROM revision_file WHERE revision = NEW.revision AND path = NEW.path)
BEGIN SELECT RAISE(ABORT, 'revision_file is append-only: the key exists'); END;

CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM decision WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'decision is append-only: the key exists'); END;

-- Nothing can be slipped in between, either: what known_at and positions mean rests
-- on this order, whatever clock the writer had. (AFTER, because a seq that SQLite
-- chooses is not known before.)
CREATE TRIGGER recording_only_later BEFORE INSERT ON recording
WHEN NEW.recorded_at <= (SELECT MAX(recorded_at) FROM recording)
BEGIN SELECT RAISE(ABORT, 'recording must be later than every earlier one'); END;
CREATE TRIGGER fact_only_later AFTER INSERT ON fact
WHEN NEW.seq < (SELECT MAX(seq) FROM fact)
    OR NEW.recorded_at < (SELECT MAX(recorded_at) FROM recording)
BEGIN SELECT RAISE(ABORT, 'fact must be later than every earlier one'); END;
CREATE TRIGGER decision_only_later AFTER INSERT ON decision
WHEN NEW.seq < (SELECT MAX(seq) FROM decision)
BEGIN SELECT RAISE(ABORT, 'decision must be later than every earlier one'); END;
-- +goose StatementEnd
