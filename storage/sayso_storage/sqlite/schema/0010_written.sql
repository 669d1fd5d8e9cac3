-- Posts that say when they were written, as imported ones do, sort by that where it is the earliest
-- time known of them. So `entries.clamped_ms` is, from here on, the time that an entry sorts by
-- where that is not its `time_ms`; written_backfill.py gives it to what was there before.
--
-- An import lies in its feed as thousands of posts in a row that sort elsewhere, and walks down the
-- feed (timeline.py) would pass over them one by one. A row is a stretch of a feed in which nothing
-- that is on timelines sorts by its signed time: walks leap over it.
CREATE TABLE leaps (
    feed  INTEGER NOT NULL,
    first INTEGER NOT NULL CHECK (first > 0),
    last  INTEGER NOT NULL CHECK (last >= first),
    PRIMARY KEY (feed, first)
) STRICT, WITHOUT ROWID;
