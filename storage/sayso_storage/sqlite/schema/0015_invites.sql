-- Invites that the owner made: interface/invites.py. What an invite lets its taker do was decided
-- when it was made, so it stands here and in no message.
CREATE TABLE invites (
    number      INTEGER PRIMARY KEY,            -- order in which they were made
    token       BLOB NOT NULL UNIQUE CHECK (length(token) BETWEEN 6 AND 32),
    made_ms     INTEGER NOT NULL,
    name        TEXT,
    expires_ms  INTEGER,
    once        INTEGER NOT NULL CHECK (once IN (0, 1)),
    follow_back INTEGER NOT NULL CHECK (follow_back IN (0, 1)),
    list        TEXT,
    revoked_ms  INTEGER,
    seal        INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Who took them.
CREATE TABLE guests (
    number  INTEGER PRIMARY KEY,                -- order in which they came
    invite  INTEGER NOT NULL REFERENCES invites,
    account BLOB NOT NULL CHECK (length(account) = 32),
    at_ms   INTEGER NOT NULL,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX guests_once ON guests (invite, account);

-- Invites of others that the owner took, one an account.
CREATE TABLE accepted (
    account      INTEGER PRIMARY KEY REFERENCES accounts,
    link         BLOB NOT NULL,                  -- the invite, as its link has it
    promise      BLOB CHECK (length(promise) BETWEEN 16 AND 32),    -- how the promised hash begins
    introduction BLOB,                          -- what its node is still to be told
    since_ms     INTEGER NOT NULL,
    seal     INTEGER NOT NULL DEFAULT 0
) STRICT;
