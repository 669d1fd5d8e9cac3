-- Who says something of an account in one word, asked for the authors of every page: without it
-- each of the labellers would be looked at for each of them.
CREATE INDEX labels_on_accounts ON labels (subject, name, feed, seq, off) WHERE on_account = 1;
