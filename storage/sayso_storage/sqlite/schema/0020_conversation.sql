-- Edits, polls, votes and bookmarks: interface/versions.py, polls.py, bookmarks.py.

-- Polls (kind 1113488674, see kinds.py) are on timelines as posts and reposts are.
DROP INDEX entries_clamped;
CREATE INDEX entries_clamped ON entries (feed, clamped_ms, seq)
    WHERE clamped_ms IS NOT NULL AND kind IN (1, 2, 1113488674);

-- A feed's newest edit of an entry. Only the author's feeds are asked, so edits by others, however
-- many, cost no reader anything.
CREATE INDEX edits_of_feeds ON acts (subject, feed, seq) WHERE code = 7;

-- Tags that posts have by an edit. An edit is none of the posts with a tag: what it changes is.
CREATE TABLE edit_tags (
    tag     TEXT NOT NULL,                      -- case-folded
    arrival INTEGER NOT NULL,                   -- of the edit
    PRIMARY KEY (tag, arrival)
) STRICT, WITHOUT ROWID;

-- Votes in the order in which they came, to be counted behind the writers.
CREATE INDEX votes_in_order ON acts (arrival) WHERE code = 8;

-- Polls that are held, and their totals as far as they are counted. What is here besides arrival
-- and subject can be lost: it is counted anew from acts.
CREATE TABLE polls (
    arrival   INTEGER PRIMARY KEY,
    subject   BLOB NOT NULL,                    -- first sixteen bytes of its id
    upto      INTEGER,                          -- NULL: not begun; votes of later arrival came as new
    at_ms     INTEGER,                          -- place of the last older vote that is counted
    at_seq    INTEGER,
    at_place  INTEGER,
    caught_up INTEGER NOT NULL DEFAULT 0 CHECK (caught_up IN (0, 1)),   -- all older ones are
    held      INTEGER NOT NULL DEFAULT 0,       -- votes seen, and those that are odd in a way
    late      INTEGER NOT NULL DEFAULT 0,
    malformed INTEGER NOT NULL DEFAULT 0,
    belated   INTEGER NOT NULL DEFAULT 0,
    votes     INTEGER NOT NULL DEFAULT 0,       -- accounts with a vote that counts
    withdrawn INTEGER NOT NULL DEFAULT 0,       -- accounts that took theirs back
    counts    TEXT NOT NULL DEFAULT ''          -- accounts by option, a comma between two
) STRICT;

CREATE INDEX polls_by_subject ON polls (subject);
CREATE INDEX polls_behind ON polls (arrival) WHERE caught_up = 0;

-- The vote of each account in each poll that counts: its last one that is valid and in time.
CREATE TABLE ballots (
    poll     INTEGER NOT NULL,                  -- its arrival
    account  INTEGER NOT NULL,
    order_ms INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    arrival  INTEGER NOT NULL,
    choices  INTEGER NOT NULL,                  -- bit n for option n; 0 for one taken back
    PRIMARY KEY (poll, account)
) STRICT, WITHOUT ROWID;

-- One row: the arrival up to which votes are counted in all polls that were begun.
CREATE TABLE votes_counted (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    arrival INTEGER NOT NULL
) STRICT;

-- Entries that the owner wants to find again. Nobody else learns of them.
CREATE TABLE bookmarks (
    number   INTEGER PRIMARY KEY,               -- order in which they were made
    id       BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    account  BLOB NOT NULL CHECK (length(account) = 32),
    feed     BLOB NOT NULL CHECK (length(feed) = 32),
    seq      INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    seal     INTEGER NOT NULL DEFAULT 0
) STRICT;
