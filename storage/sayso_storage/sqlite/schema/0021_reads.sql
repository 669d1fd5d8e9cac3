-- The line of time: what is on timelines, of all feeds, in the order of timelines. It is filled
-- behind the writers in sorted batches, up to the arrival that `lined` names, since the times of
-- what comes in fall all over it: kept live it would double what is written. What came after that
-- arrival is merged in where it is read (queries/line.py).
CREATE TABLE line (
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    feed    INTEGER NOT NULL,
    PRIMARY KEY (sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

CREATE TABLE lined (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    arrival INTEGER NOT NULL,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One author's posts with a tag, without those of others: filled behind the writers together with
-- the line. An index of `tags` would cost each tag that comes in, and half a minute to make in a
-- large store.
CREATE TABLE author_tags (
    feed    INTEGER NOT NULL,
    tag     TEXT NOT NULL,
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (feed, tag, sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

-- The feeds that are on timelines, as accounts, grants and rotations have it.
CREATE TABLE shown (
    feed INTEGER PRIMARY KEY
) STRICT;

-- Entries of others that name the own account or an entry of it, or did: candidates for
-- notifications, by the kind that they may be (interface/relations.py). Whether one still counts
-- is asked where it is read.
CREATE TABLE named (
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    code    INTEGER NOT NULL,
    PRIMARY KEY (sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

-- Imports: posts of a feed that sort by the time at which they were written, signed without a pause
-- of an hour. Each stands on timelines as one line, where its last post would.
CREATE TABLE imports (
    feed     INTEGER NOT NULL,
    first    INTEGER NOT NULL,                  -- the numbers of its first and last post
    last     INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,                  -- their signed times
    last_ms  INTEGER NOT NULL,
    sort_ms  INTEGER NOT NULL,                  -- where its line stands
    arrival  INTEGER NOT NULL,                  -- of the last post
    entries  INTEGER NOT NULL,
    from_ms  INTEGER NOT NULL,                  -- the earliest and latest time of writing
    to_ms    INTEGER NOT NULL,
    PRIMARY KEY (feed, first)
) STRICT, WITHOUT ROWID;

CREATE INDEX imports_by_time ON imports (sort_ms, last, arrival);

-- The order of subscription; without it each new one reads all others.
CREATE INDEX accounts_by_place ON accounts (place);
CREATE INDEX accounts_by_petname ON accounts (petname) WHERE petname IS NOT NULL;
