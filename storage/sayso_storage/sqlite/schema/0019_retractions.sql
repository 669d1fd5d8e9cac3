-- What authors took back: for each entry that a retraction names, which retraction that is. It may
-- come before what it names, or name what is not its own: what counts is asked for when it matters.
-- Keys and ids are whole: what is named may not be held, and must not be ground.
CREATE TABLE retractions (
    of_feed    BLOB NOT NULL,
    of_seq     INTEGER NOT NULL,
    of_id      BLOB NOT NULL,
    of_account BLOB NOT NULL,
    account    BLOB NOT NULL,                   -- who takes it back, in which entry
    feed       BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    id         BLOB NOT NULL,
    proof      BLOB,                            -- that entry, as a frame has it; NULL where it is held
    PRIMARY KEY (of_feed, of_seq, of_id, feed, seq, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX retractions_of_entries ON retractions (of_id);
CREATE INDEX retractions_by_entry ON retractions (feed, seq);

-- Entries whose bodies are gone for that. 1: a retraction names them. 0: edits of what was taken
-- back, which none names; `of` is the id of that. 2: no retraction counts any more, and they are to
-- be removed, so that they can be fetched again.
CREATE TABLE blank (
    feed  INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    of    BLOB,
    seal  INTEGER NOT NULL,
    PRIMARY KEY (feed, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX blank_to_remove ON blank (feed) WHERE state = 2;
CREATE INDEX blank_edits ON blank (of) WHERE of IS NOT NULL;

-- Blobs of entries that were taken back, until whoever keeps blobs has looked at them.
CREATE TABLE let_go_blobs (
    cid BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- One row while bytes of what was taken back may lie in the file or its log: how many times that
-- happened, and what is to be done: 0 cut the log, 1 merge the index of words before, 2 follow all
-- retractions before that: they were taken in by software that did not know them.
CREATE TABLE erasing (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    count INTEGER NOT NULL,
    work  INTEGER NOT NULL CHECK (work IN (0, 1, 2))
) STRICT;
