-- What the names of the own account and of those that are followed look like: hashes of the keys of
-- petnames and of the names in newest profiles. An account has at most four rows; those of one look
-- stand in the order of subscription, the own account at 0.
CREATE TABLE looks (
    look    BLOB NOT NULL,
    place   INTEGER NOT NULL,
    account INTEGER NOT NULL,
    PRIMARY KEY (look, place, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX looks_of_accounts ON looks (account);
