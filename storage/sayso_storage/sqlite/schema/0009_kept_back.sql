-- Rules of the owner's that have kept entries back, as they were then.
CREATE TABLE carry_rules (
    number  INTEGER PRIMARY KEY,
    key     BLOB NOT NULL UNIQUE CHECK (length(key) = 16),
    action  TEXT NOT NULL,
    title   TEXT NOT NULL,
    maker   TEXT,                               -- the labeller by whom; NULL for the owner
    because TEXT,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Entries that are not passed on, by which rule. The bodies of some of them are absent.
CREATE TABLE kept_back (
    feed INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    rule INTEGER NOT NULL REFERENCES carry_rules,
    seal INTEGER NOT NULL,
    PRIMARY KEY (feed, seq)
) STRICT, WITHOUT ROWID;

-- One row while rules about single entries are in force: which they are, the newest arrival when
-- they came into force, and up to which arrivals they have been asked, after that and before.
CREATE TABLE carry_state (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    rules  BLOB NOT NULL CHECK (length(rules) = 16),
    since  INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    swept  INTEGER NOT NULL,
    seal   INTEGER NOT NULL DEFAULT 0
) STRICT;
