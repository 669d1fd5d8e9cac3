-- What happened to the keys of accounts that are shown, as it came: interface/statements.py.
-- Statements carry no time, and of grants nothing else tells when they came.
CREATE TABLE key_changes (
    number  INTEGER PRIMARY KEY,                -- order in which they came
    kind    TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts,
    about   BLOB NOT NULL CHECK (length(about) = 32),   -- the feed; of a rotation, the successor
    at_ms   INTEGER NOT NULL,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX key_changes_once ON key_changes (account, kind, about);
