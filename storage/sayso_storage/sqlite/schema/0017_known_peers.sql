-- The address book: interface/known_peers.py. Lost or damaged rows cost a search, nothing else.
CREATE TABLE book (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32),   -- by which addresses have their places
    seal   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE known_peers (
    peer      TEXT PRIMARY KEY,                 -- libp2p peer id, text form
    chosen    INTEGER NOT NULL CHECK (chosen IN (0, 1)),    -- named by the owner, or by an invite
    anchor    INTEGER NOT NULL CHECK (anchor IN (0, 1)),    -- dialled first after a start
    agrees    INTEGER NOT NULL CHECK (agrees IN (0, 1)),    -- lets others be told of it
    seen_ms   INTEGER NOT NULL,                 -- last connected, whoever dialled; 0 for never
    sequence  INTEGER NOT NULL,                 -- of its signed record
    record    BLOB NOT NULL,                    -- that record as it travels, or nothing
    addresses BLOB NOT NULL,                    -- msgpack: address_book/known_codec.py
    seal      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Which peers carried an account, whom to dial where it has too few sources.
CREATE TABLE carriers (
    account BLOB NOT NULL CHECK (length(account) = 32),
    peer    TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,                   -- last known
    seal    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, peer)
) STRICT, WITHOUT ROWID;
