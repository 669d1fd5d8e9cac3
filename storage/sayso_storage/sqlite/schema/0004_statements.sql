-- What accounts say of their feeds besides grants, and proofs against feeds; only what counts.
CREATE TABLE statements (
    number  INTEGER PRIMARY KEY,                -- order in which they came
    kind    TEXT NOT NULL CHECK (kind IN ('revoke', 'rotate', 'fork')),
    account INTEGER NOT NULL REFERENCES accounts,
    about   BLOB NOT NULL CHECK (length(about) = 32),   -- the feed; of a rotation, the successor
    arrival INTEGER NOT NULL,                   -- the highest place given to an entry till then
    wire    BLOB NOT NULL,                      -- as it travels
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX statements_by_account ON statements (account, kind, about);
CREATE INDEX statements_by_arrival ON statements (arrival);

-- Few accounts are ever rotated, but who follows whom is asked for with every timeline.
CREATE INDEX rotations ON statements (account, about) WHERE kind = 'rotate';

-- Where feeds end: derived from their accounts' statements.
CREATE TABLE ends (
    feed INTEGER PRIMARY KEY REFERENCES feeds,
    seq  INTEGER NOT NULL CHECK (seq >= 0),
    id   BLOB CHECK (length(id) = 32),          -- NULL exactly where seq = 0
    seal INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row, once an entry was removed: how many were, and the highest place that one had in
-- the order of arrival, so that no place is given twice.
CREATE TABLE removed (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    count   INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;
