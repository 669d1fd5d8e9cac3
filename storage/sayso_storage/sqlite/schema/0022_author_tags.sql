-- One author's posts with a tag, without those of others. It was an index of `tags`, which every
-- tag paid for as it came in, and which took half a minute to make in a large store. Now it is
-- filled behind the writers together with the line of time, up to the arrival that `lined` names.
DROP INDEX IF EXISTS tags_of_author;

CREATE TABLE author_tags (
    feed    INTEGER NOT NULL,
    tag     TEXT NOT NULL,
    sort_ms INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    PRIMARY KEY (feed, tag, sort_ms, seq, arrival)
) STRICT, WITHOUT ROWID;

-- A line that is there already has no such rows: both are filled anew.
DELETE FROM line;
DELETE FROM lined;
