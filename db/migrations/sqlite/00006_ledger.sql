-- The ledger: a Merkle tree over what is kept, so that a change of it shows. Rows of
-- facts, decisions and policies become leaves some moments after they were written, in
-- order; every batch ends with a signed checkpoint of the whole tree. The key that signs
-- is not here.

-- +goose Up

-- Every kind of row that becomes a leaf has a seq without gaps, so that one that is not
-- there is missed. Revisions were known by their digest alone, acceptances by their report.
ALTER TABLE revision ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER revision_no_update;
UPDATE revision SET seq = (
    SELECT COUNT(*) FROM revision AS r
    WHERE r.first_served_at < revision.first_served_at
        OR r.first_served_at = revision.first_served_at AND r.digest <= revision.digest
);
CREATE UNIQUE INDEX revision_by_seq ON revision (seq);

ALTER TABLE acceptance ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER acceptance_no_update;
UPDATE acceptance SET seq = (
    SELECT COUNT(*) FROM acceptance AS a
    WHERE a.accepted_at < acceptance.accepted_at
        OR a.accepted_at = acceptance.accepted_at AND a.report <= acceptance.report
);
CREATE UNIQUE INDEX acceptance_by_seq ON acceptance (seq);

-- Whose ledger it is: the name in its checkpoints, and the key that they are signed with,
-- in the form of a note's verifier key. One row.
CREATE TABLE ledger (
    origin   TEXT NOT NULL,
    verifier TEXT NOT NULL,
    CONSTRAINT ledger_pk PRIMARY KEY (origin),
    CONSTRAINT ledger_origin CHECK (origin <> ''),
    CONSTRAINT ledger_verifier CHECK (verifier <> '')
) STRICT, WITHOUT ROWID;

-- Which row a leaf stands for. The leaf itself is not kept: it is computed from the row.
CREATE TABLE leaf (
    idx  INTEGER NOT NULL,
    kind TEXT    NOT NULL,
    seq  INTEGER NOT NULL, -- of the row, in the table that the kind names
    CONSTRAINT leaf_pk PRIMARY KEY (idx),
    CONSTRAINT leaf_once UNIQUE (kind, seq),
    CONSTRAINT leaf_idx CHECK (idx >= 0),
    CONSTRAINT leaf_kind CHECK (kind <> ''),
    CONSTRAINT leaf_seq CHECK (seq > 0)
) STRICT, WITHOUT ROWID;

-- The hashes of the tree: of each leaf, followed by those of the subtrees that it
-- completes.
CREATE TABLE node (
    idx  INTEGER NOT NULL,
    hash BLOB    NOT NULL,
    CONSTRAINT node_pk PRIMARY KEY (idx),
    CONSTRAINT node_idx CHECK (idx >= 0),
    CONSTRAINT node_hash CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

-- The signed notes; size is the number of leaves that a note speaks of.
CREATE TABLE checkpoint (
    size      INTEGER NOT NULL,
    signed_at TEXT    NOT NULL,
    note      TEXT    NOT NULL,
    CONSTRAINT checkpoint_pk PRIMARY KEY (size),
    CONSTRAINT checkpoint_size CHECK (size > 0),
    CONSTRAINT checkpoint_signed_at CHECK (signed_at LIKE '____-__-__T__:__:__.______Z')
) STRICT, WITHOUT ROWID;

-- What hides the values that leaves commit to: without it, whoever guesses a value could
-- tell from the leaf that the guess is right. One for each partner, '' for what is about
-- nobody.
CREATE TABLE salt (
    partner TEXT NOT NULL,
    root    BLOB NOT NULL,
    CONSTRAINT salt_pk PRIMARY KEY (partner),
    CONSTRAINT salt_root CHECK (length(root) = 32)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision
BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END;
DROP TRIGGER revision_no_replace;
CREATE TRIGGER revision_no_replace BEFORE INSERT ON revision
WHEN EXISTS (SELECT 1 FROM revision WHERE digest = NEW.digest)
    OR EXISTS (SELECT 1 FROM revision WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'revision is append-only: the key exists'); END;
CREATE TRIGGER revision_only_later BEFORE INSERT ON revision
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM revision)
BEGIN SELECT RAISE(ABORT, 'revision must be later than every earlier one'); END;

CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only'); END;
DROP TRIGGER acceptance_no_replace;
CREATE TRIGGER acceptance_no_replace BEFORE INSERT ON acceptance
WHEN EXISTS (SELECT 1 FROM acceptance WHERE report = NEW.report)
    OR EXISTS (SELECT 1 FROM acceptance WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only: the key exists'); END;
CREATE TRIGGER acceptance_only_later BEFORE INSERT ON acceptance
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM acceptance)
BEGIN SELECT RAISE(ABORT, 'acceptance must be later than every earlier one'); END;

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger)
BEGIN SELECT RAISE(ABORT, 'ledger is append-only: the key exists'); END;

CREATE TRIGGER leaf_no_update BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
CREATE TRIGGER leaf_no_delete BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
CREATE TRIGGER leaf_no_replace BEFORE INSERT ON leaf
WHEN EXISTS (SELECT 1 FROM leaf WHERE idx = NEW.idx)
    OR EXISTS (SELECT 1 FROM leaf WHERE kind = NEW.kind AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'leaf is append-only: the key exists'); END;
CREATE TRIGGER leaf_only_later BEFORE INSERT ON leaf
WHEN NEW.idx <> (SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf)
BEGIN SELECT RAISE(ABORT, 'leaf must be later than every earlier one'); END;

CREATE TRIGGER node_no_update BEFORE UPDATE ON node
BEGIN SELECT RAISE(ABORT, 'node is append-only'); END;
CREATE TRIGGER node_no_delete BEFORE DELETE ON node
BEGIN SELECT RAISE(ABORT, 'node is append-only'); END;
CREATE TRIGGER node_no_replace BEFORE INSERT ON node
WHEN EXISTS (SELECT 1 FROM node WHERE idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'node is append-only: the key exists'); END;
CREATE TRIGGER node_only_later BEFORE INSERT ON node
WHEN NEW.idx <> (SELECT COALESCE(MAX(idx) + 1, 0) FROM node)
BEGIN SELECT RAISE(ABORT, 'node must be later than every earlier one'); END;

CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only: the key exists'); END;
CREATE TRIGGER checkpoint_only_later BEFORE INSERT ON checkpoint
WHEN NEW.size <= (SELECT MAX(size) FROM checkpoint)
BEGIN SELECT RAISE(ABORT, 'checkpoint must be later than every earlier one'); END;

CREATE TRIGGER salt_no_update BEFORE UPDATE ON salt
BEGIN SELECT RAISE(ABORT, 'salt is append-only'); END;
CREATE TRIGGER salt_no_delete BEFORE DELETE ON salt
BEGIN SELECT RAISE(ABORT, 'salt is append-only'); END;
CREATE TRIGGER salt_no_replace BEFORE INSERT ON salt
WHEN EXISTS (SELECT 1 FROM salt WHERE partner = NEW.partner)
BEGIN SELECT RAISE(ABORT, 'salt is append-only: the key exists'); END;
-- +goose StatementEnd
