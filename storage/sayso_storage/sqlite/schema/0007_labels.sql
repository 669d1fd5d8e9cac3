-- What labels say: a row for each entry or account that a label names. labels.py derives the rows
-- from bodies, and gives what was there before its own. Nothing else has a row.
--
-- By feed, so that whoever is not subscribed to costs a look-up nothing; then by subject, so that
-- one look-up finds it among a million; the newest of a name first, so that the rest is not read.
CREATE TABLE labels (
    feed       INTEGER NOT NULL,                -- of the labeller
    on_account INTEGER NOT NULL,                -- 0: the subject is an entry; 0 and 1 take no bytes
    subject    BLOB NOT NULL,                   -- id or account, whole: lists are read from here
    name       TEXT NOT NULL,
    seq        INTEGER NOT NULL,                -- of the entry that says it
    off        INTEGER NOT NULL,                -- 1: taken back
    PRIMARY KEY (feed, on_account, subject, name, seq DESC)
) STRICT, WITHOUT ROWID;

-- Accounts that are carried for their labels; their posts are on no timeline for that.
CREATE TABLE labellers (
    account INTEGER PRIMARY KEY REFERENCES accounts,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;
