-- The index of words, for search. Rows are numbered as entries are; the texts stay in
-- `entries`, and which words follow one another is looked up there, so that the index holds
-- nothing but, for each word, the entries that have it. It is filled behind the writers, in
-- order of arrival, up to the entry that `indexed` names; words.py has more.
CREATE VIRTUAL TABLE words USING fts5(
    text, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);

-- Each word of each entry, read from the index, for the check; it stores nothing.
CREATE VIRTUAL TABLE word_places USING fts5vocab(words, instance);

CREATE TABLE indexed (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    arrival INTEGER NOT NULL,                   -- what came up to here has been indexed
    seal    INTEGER NOT NULL DEFAULT 0
) STRICT;
