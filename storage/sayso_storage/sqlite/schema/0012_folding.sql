-- The version of the folding under which tags and words were indexed; one row, none in a file that
-- was indexed before there were versions. Where another is in force, both are made anew.
CREATE TABLE folding (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version TEXT NOT NULL,
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;
