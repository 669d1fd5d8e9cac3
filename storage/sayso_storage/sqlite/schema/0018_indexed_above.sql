-- What the index of words covers above the place that `indexed` names: it is filled newest first,
-- so that a search after a large sync finds what is new at once. Ranges never touch each other.
CREATE TABLE indexed_above (
    last  INTEGER PRIMARY KEY,                      -- places in the order of arrival:
    after INTEGER NOT NULL CHECK (after < last),    -- those after this one, up to the last
    seal  INTEGER NOT NULL DEFAULT 0
) STRICT;
