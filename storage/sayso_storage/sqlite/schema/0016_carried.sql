-- Accounts that are carried for others, as a hub does; their posts are on no timeline for that.
CREATE TABLE carried (
    account  INTEGER PRIMARY KEY REFERENCES accounts,
    word     TEXT NOT NULL,                     -- on whose word: owner, account, reader
    asker    TEXT NOT NULL,                     -- peer id of who asked; empty for the owner
    network  TEXT NOT NULL,                     -- its addresses that count as one
    since_ms INTEGER NOT NULL,
    read_ms  INTEGER NOT NULL,                  -- when a peer read it last
    grows    INTEGER NOT NULL CHECK (grows IN (0, 1)),  -- 0: what is held is served, no more taken
    ended    INTEGER NOT NULL CHECK (ended IN (0, 1)),  -- 1: its entries are being removed
    entries  INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    seal     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row: up to which place in the order of arrival the columns entries and bytes count.
CREATE TABLE carried_counted (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    arrival INTEGER NOT NULL,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;
