-- Which peer brought entries: those from `first` to before the next row's `first`. A row is
-- written where the peer changes, so that a first sync from one peer takes one row.
CREATE TABLE sources (
    number INTEGER PRIMARY KEY,
    peer   TEXT NOT NULL UNIQUE,                -- libp2p peer id, text form
    seal   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE came (
    first  INTEGER PRIMARY KEY,
    source INTEGER REFERENCES sources,          -- NULL for what was written or imported here
    seal   INTEGER NOT NULL DEFAULT 0
) STRICT;
