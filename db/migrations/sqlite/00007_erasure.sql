-- Erasure: what is personal can be taken away without a trace of it, and the ledger still
-- proves the rest. Where a value was, its commitment is kept, which says nothing once
-- nobody has the salt; where one stays, its own salt is kept, so that the partner's root,
-- from which all of them come, can go.

-- +goose Up

-- One erasure. Like all events it is append-only, and a leaf.
CREATE TABLE erasure (
    seq       INTEGER NOT NULL,
    partner   TEXT    NOT NULL,
    fields    TEXT    NOT NULL, -- what was asked for: personal or all
    reason    TEXT    NOT NULL,
    erased_by TEXT    NOT NULL,
    erased_at TEXT    NOT NULL,
    n         INTEGER NOT NULL, -- the number of values
    digest    TEXT    NOT NULL, -- of the list of them, so that nothing can be added to it
    CONSTRAINT erasure_pk PRIMARY KEY (seq),
    CONSTRAINT erasure_seq CHECK (seq > 0),
    CONSTRAINT erasure_partner CHECK (partner <> ''),
    CONSTRAINT erasure_fields CHECK (fields IN ('personal', 'all')),
    CONSTRAINT erasure_reason CHECK (reason <> ''),
    CONSTRAINT erasure_by CHECK (erased_by <> ''),
    CONSTRAINT erasure_at CHECK (erased_at LIKE '____-__-__T__:__:__.______Z'),
    CONSTRAINT erasure_n CHECK (n >= 0),
    CONSTRAINT erasure_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*')
) STRICT;

CREATE INDEX erasure_by_partner ON erasure (partner, seq);

-- The values that an erasure took: of which row, by the pointer in its leaf. Its erasure is
-- inserted last, because it sums them up.
CREATE TABLE erased (
    kind       TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    path       TEXT    NOT NULL,
    erasure    INTEGER NOT NULL,
    commitment TEXT    NOT NULL, -- what the leaf has for the value
    now        TEXT    NOT NULL, -- the digest of what stands in its place, '' for nothing
    CONSTRAINT erased_pk PRIMARY KEY (kind, seq, path, erasure),
    CONSTRAINT erased_erasure_fk FOREIGN KEY (erasure) REFERENCES erasure (seq) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT erased_commitment CHECK (length(commitment) = 64 AND commitment NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT erased_now CHECK (now = '' OR (length(now) = 64 AND now NOT GLOB '*[^0-9a-f]*'))
) STRICT, WITHOUT ROWID;

CREATE INDEX erased_by_erasure ON erased (erasure);

-- The salts of values that stayed when others of their partner went.
CREATE TABLE kept_salt (
    kind TEXT    NOT NULL,
    seq  INTEGER NOT NULL,
    path TEXT    NOT NULL,
    salt BLOB    NOT NULL,
    CONSTRAINT kept_salt_pk PRIMARY KEY (kind, seq, path),
    CONSTRAINT kept_salt_salt CHECK (length(salt) = 32)
) STRICT, WITHOUT ROWID;

-- What refers to it is asked when one is deleted.
CREATE INDEX decision_by_given ON decision (given_digest) WHERE given_digest IS NOT NULL;

-- An erasure is under way until its leaf is there; this takes moments. As long, and only in
-- rows of which it took something, values may be blanked, and nothing else may change.
CREATE VIEW under_way AS
SELECT erased.kind, erased.seq FROM erased
WHERE NOT EXISTS (SELECT 1 FROM leaf WHERE leaf.kind = 'erasure' AND leaf.seq = erased.erasure);

-- +goose StatementBegin
DROP TRIGGER recording_no_update;
CREATE TRIGGER recording_no_update BEFORE UPDATE ON recording
WHEN NEW.seq IS NOT OLD.seq OR NEW.partner IS NOT OLD.partner OR NEW.recorded_at IS NOT OLD.recorded_at
    OR (NEW.idempotency_key IS NOT OLD.idempotency_key AND NEW.idempotency_key IS NOT NULL)
    OR (NEW.digest IS NOT OLD.digest AND NEW.digest GLOB '*[^0]*')
    OR NOT EXISTS (SELECT 1 FROM under_way WHERE kind = 'recording' AND seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'recording is append-only'); END;

DROP TRIGGER fact_no_update;
CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact
WHEN NEW.seq IS NOT OLD.seq OR NEW.recording IS NOT OLD.recording OR NEW.partner IS NOT OLD.partner
    OR NEW.kind IS NOT OLD.kind OR NEW.source IS NOT OLD.source OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NEW.valid_from_on IS NOT OLD.valid_from_on OR NEW.valid_to_on IS NOT OLD.valid_to_on
    OR (NEW.key IS NOT OLD.key AND NEW.key NOT GLOB 'erased-[1-9]*')
    OR (NEW.body_json IS NULL) <> (OLD.body_json IS NULL)
    OR EXISTS (
        SELECT 1 FROM json_each(NEW.body_json) AS n
        WHERE n.value IS NOT json_extract(OLD.body_json, n.fullkey)
    )
    OR NOT EXISTS (SELECT 1 FROM under_way WHERE kind = 'fact' AND seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'fact is append-only'); END;

DROP TRIGGER decision_no_update;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision
WHEN NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.program IS NOT OLD.program OR NEW.partner IS NOT OLD.partner
    OR NEW.outcome IS NOT OLD.outcome OR NEW.revision IS NOT OLD.revision OR NEW.as_of_on IS NOT OLD.as_of_on
    OR NEW.known_at IS NOT OLD.known_at OR NEW.position IS NOT OLD.position OR NEW.decided_at IS NOT OLD.decided_at
    OR NEW.action IS NOT OLD.action
    OR (NEW.given_digest IS NULL) <> (OLD.given_digest IS NULL)
    OR (NEW.facts_digest IS NOT OLD.facts_digest AND NEW.facts_digest GLOB '*[^0]*')
    OR (NEW.actor_json IS NOT OLD.actor_json AND NEW.actor_json IS NOT NULL)
    OR (NEW.request_id IS NOT OLD.request_id AND NEW.request_id <> '')
    OR (NEW.trace_id IS NOT OLD.trace_id AND NEW.trace_id <> '')
    OR (NEW.caller IS NOT OLD.caller AND NEW.caller <> '')
    OR EXISTS (
        SELECT 1 FROM json_each(NEW.result_json) AS n
        WHERE n.key <> 'findings' AND n.value IS NOT json_extract(OLD.result_json, n.fullkey)
    )
    OR EXISTS (
        SELECT 1 FROM json_each(NEW.result_json, '$.findings') AS f, json_each(f.value) AS n
        WHERE n.value IS NOT json_extract(OLD.result_json, f.fullkey || substr(n.fullkey, 2))
    )
    OR NOT EXISTS (SELECT 1 FROM under_way WHERE kind = 'decision' AND seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;

DROP TRIGGER input_no_delete;
CREATE TRIGGER input_no_delete BEFORE DELETE ON input
WHEN EXISTS (SELECT 1 FROM decision WHERE given_digest = OLD.digest) OR NOT EXISTS (SELECT 1 FROM under_way)
BEGIN SELECT RAISE(ABORT, 'input is append-only'); END;

DROP TRIGGER salt_no_update;
CREATE TRIGGER salt_no_update BEFORE UPDATE ON salt
WHEN NEW.partner IS NOT OLD.partner OR NOT EXISTS (
    SELECT 1 FROM erasure
    WHERE partner = OLD.partner AND NOT EXISTS (SELECT 1 FROM leaf WHERE leaf.kind = 'erasure' AND leaf.seq = erasure.seq)
)
BEGIN SELECT RAISE(ABORT, 'salt is append-only'); END;

CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure
BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;
CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure
BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;
CREATE TRIGGER erasure_no_replace BEFORE INSERT ON erasure
WHEN EXISTS (SELECT 1 FROM erasure WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'erasure is append-only: the key exists'); END;
CREATE TRIGGER erasure_only_later AFTER INSERT ON erasure
WHEN NEW.seq < (SELECT MAX(seq) FROM erasure)
BEGIN SELECT RAISE(ABORT, 'erasure must be later than every earlier one'); END;

CREATE TRIGGER erased_no_update BEFORE UPDATE ON erased
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;
CREATE TRIGGER erased_no_delete BEFORE DELETE ON erased
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;
CREATE TRIGGER erased_no_replace BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erased WHERE kind = NEW.kind AND seq = NEW.seq AND path = NEW.path AND erasure = NEW.erasure)
BEGIN SELECT RAISE(ABORT, 'erased is append-only: the key exists'); END;
CREATE TRIGGER erased_only_before BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erasure WHERE seq = NEW.erasure)
BEGIN SELECT RAISE(ABORT, 'erased is append-only: an erasure sums up what came before it'); END;

-- A kept salt goes when its value does.
CREATE TRIGGER kept_salt_no_update BEFORE UPDATE ON kept_salt
BEGIN SELECT RAISE(ABORT, 'kept_salt is append-only'); END;
CREATE TRIGGER kept_salt_no_delete BEFORE DELETE ON kept_salt
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE kind = OLD.kind AND seq = OLD.seq AND path = OLD.path)
BEGIN SELECT RAISE(ABORT, 'kept_salt is append-only'); END;
CREATE TRIGGER kept_salt_no_replace BEFORE INSERT ON kept_salt
WHEN EXISTS (SELECT 1 FROM kept_salt WHERE kind = NEW.kind AND seq = NEW.seq AND path = NEW.path)
BEGIN SELECT RAISE(ABORT, 'kept_salt is append-only: the key exists'); END;
-- +goose StatementEnd
