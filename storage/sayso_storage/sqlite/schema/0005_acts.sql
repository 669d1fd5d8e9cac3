-- What entries say of other entries and of accounts: reactions, reposts, quotes, mentions, public
-- follows. acts.py has the codes, and derives the rows from bodies; acts_fill.py does so for what
-- was there before. Posts that say nothing of others cost nothing here.
--
-- Sixteen bytes of the subject cannot be ground: counts need not look at the entries.
CREATE TABLE acts (
    subject  BLOB NOT NULL,                     -- first sixteen bytes of the id or the account
    code     INTEGER NOT NULL,
    sort_ms  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    arrival  INTEGER NOT NULL,
    feed     INTEGER NOT NULL,                  -- who says it
    dated_ms INTEGER,                           -- the signed time, where it sorts by its arrival
    value    TEXT,                              -- the emoji; NULL for what is taken back
    PRIMARY KEY (subject, code, sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

-- Reposts (kind 2) are on timelines as posts are.
DROP INDEX entries_clamped;
CREATE INDEX entries_clamped ON entries (feed, clamped_ms, seq)
    WHERE clamped_ms IS NOT NULL AND kind IN (1, 2);
