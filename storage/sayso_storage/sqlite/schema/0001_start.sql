-- The first layout. Times are Unix milliseconds UTC; keys and ids are 32 raw bytes.
-- Tables that grow with the number of posts carry no column and no index that can be
-- derived: at a million posts each byte a row costs a megabyte, and each index a
-- microsecond a post. docs/decisions/0004-storage.md has the figures.
--
-- What others signed is checked against its signature. What only this node knows has a
-- `seal`, a check sum over the row's other columns (seal.py), so that rot is found there too.

-- One row: whose store this is.
CREATE TABLE store (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    epoch    BLOB NOT NULL CHECK (length(epoch) = 16),
    own_feed INTEGER REFERENCES feeds,          -- the feed of this device
    seal     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Every account that was ever subscribed to. `number` stands for the key elsewhere.
CREATE TABLE accounts (
    number   INTEGER PRIMARY KEY,
    key      BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    text     TEXT NOT NULL UNIQUE,              -- z6Mk…, for look-ups by prefix
    petname  TEXT,
    own      INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1)),
    followed INTEGER NOT NULL DEFAULT 0 CHECK (followed IN (0, 1)),
    since_ms INTEGER NOT NULL,
    place    INTEGER NOT NULL,                  -- order of subscription
    seal     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE feeds (
    number        INTEGER PRIMARY KEY,
    key           BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    account       INTEGER NOT NULL REFERENCES accounts,
    next_key_hash BLOB NOT NULL CHECK (length(next_key_hash) = 32),
    wire          BLOB NOT NULL,                -- the grant as it travels, signature included
    forked_at     INTEGER CHECK (forked_at > 0),
    seal          INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX feeds_by_account ON feeds (account);

-- Stretches of a feed that are held without a gap: interface.Held.
CREATE TABLE held (
    feed     INTEGER NOT NULL REFERENCES feeds,
    first    INTEGER NOT NULL CHECK (first > 0),
    last     INTEGER NOT NULL CHECK (last >= first),
    below    BLOB CHECK (length(below) = 32),   -- NULL exactly where first = 1
    top      BLOB NOT NULL CHECK (length(top) = 32),
    first_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    PRIMARY KEY (feed, first)
) STRICT, WITHOUT ROWID;

-- The entries, in order of arrival, so that a write goes to the end of the table. The id
-- of the entry before is that of (feed, seq - 1), or held.below at the foot of a stretch.
-- `feed` names a row of feeds without a foreign key: the check would cost a look-up a post.
CREATE TABLE entries (
    arrival    INTEGER PRIMARY KEY,
    feed       INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    time_ms    INTEGER NOT NULL,
    clamped_ms INTEGER,                         -- its arrival, where time_ms is later
    kind       INTEGER,                         -- kinds.py; NULL where the body is absent
    id         BLOB NOT NULL,
    signature  BLOB NOT NULL,
    body       BLOB,                            -- NULL where it is absent
    sort_ms    INTEGER NOT NULL AS (coalesce(clamped_ms, time_ms)) VIRTUAL
) STRICT;

-- When entries arrived: those from `first` to before the next row's `first`.
CREATE TABLE batches (
    first      INTEGER PRIMARY KEY,
    arrived_ms INTEGER NOT NULL,
    seal       INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX entries_by_place ON entries (feed, seq);

-- Six bytes of the id find it among ten million with one false hit in thousands of
-- look-ups; the row has the rest.
CREATE INDEX entries_by_id ON entries (substr(id, 1, 6));

-- No index by time: times never decrease along a feed, so the newest posts are found from
-- the tops of the stretches down (timeline.py). It would be the index that costs most, since
-- a past that is fetched newest first falls all over it.
CREATE INDEX held_by_time ON held (last_ms);

-- The newest profile and the like. 1 is `post`; few entries are none.
CREATE INDEX others_by_kind ON entries (feed, kind, seq) WHERE kind <> 1;

-- What the header commits to, for entries whose body is absent.
CREATE TABLE absent (
    arrival INTEGER PRIMARY KEY REFERENCES entries,
    size    INTEGER NOT NULL CHECK (size > 0),
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE replies (
    parent  BLOB NOT NULL,                      -- the first six bytes of its id
    arrival INTEGER NOT NULL,
    PRIMARY KEY (parent, arrival)
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
    tag     TEXT NOT NULL,                      -- case-folded
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (tag, sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

-- Imported posts of the own account, so that a second import finds them.
CREATE TABLE origins (
    origin  TEXT PRIMARY KEY,
    arrival INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
