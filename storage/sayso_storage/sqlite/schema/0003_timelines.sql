-- Posts dated later than they arrived sort by their arrival, which does not ascend along a
-- feed: the one case in which a walk down a feed does not meet its posts in order. They get
-- an index of their own (timeline.py), few as they are where clocks are right, so that who
-- dates a million posts into the future makes no timeline slow.
CREATE INDEX entries_clamped ON entries (feed, clamped_ms, seq)
    WHERE clamped_ms IS NOT NULL AND kind = 1;

-- The latest arrival: what is dated after it sorts by its arrival.
CREATE INDEX batches_by_time ON batches (arrived_ms);

-- Replies in their order: the first of a hundred thousand are then read without the rest.
CREATE TABLE replies_in_order (
    parent  BLOB NOT NULL,                      -- the first six bytes of its id
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (parent, sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

INSERT INTO replies_in_order
    SELECT r.parent, e.sort_ms, e.seq, r.arrival
    FROM replies r CROSS JOIN entries e ON e.arrival = r.arrival
    ORDER BY r.parent, e.sort_ms, e.seq, r.arrival;

DROP TABLE replies;
ALTER TABLE replies_in_order RENAME TO replies;

-- Tags with the feed: one author's posts with a tag that thousands use are then found in the
-- index alone. It was a look-up of a post for each of the others'.
CREATE TABLE tags_of_feeds (
    tag     TEXT NOT NULL,                      -- case-folded
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    feed    INTEGER NOT NULL,
    PRIMARY KEY (tag, sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

INSERT INTO tags_of_feeds
    SELECT t.tag, t.sort_ms, t.seq, t.arrival, e.feed
    FROM tags t CROSS JOIN entries e ON e.arrival = t.arrival
    ORDER BY t.tag, t.sort_ms, t.seq, t.arrival;

DROP TABLE tags;
ALTER TABLE tags_of_feeds RENAME TO tags;
