-- Which repost of an entry counts is asked for each repost that a timeline may show, so it must not
-- depend on how many there are: what a repost is of, and an account's newest of an entry. Only
-- reposts, and their ends, have rows here.
CREATE INDEX reposts_of_feeds ON acts (feed, seq) WHERE code = 2;
CREATE INDEX reposts_of_entries ON acts (subject, feed, seq) WHERE code = 2;
