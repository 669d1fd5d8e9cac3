-- Entries whose rows are not what their authors signed any more, to be fetched again: they stay as
-- they are until peers bring them.
CREATE TABLE damaged (
    feed INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (feed, seq)
) STRICT, WITHOUT ROWID;
