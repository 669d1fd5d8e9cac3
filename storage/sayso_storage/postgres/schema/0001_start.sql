-- The first layout. Times are Unix milliseconds UTC; keys and ids are 32 raw bytes.
--
-- Two families of tables. Those with `account` first are kept by account: all of an account's feeds
-- lie together. Those with `bucket` first are kept by the first two bytes of an id or a key, so that
-- who asks by that asks one place. Each primary key begins with it, so that Citus can distribute
-- the tables as they are (docs/decisions/0055-postgres.md). The others are small, or one row.
--
-- A feed is named by its account's number and its own, which counts from 0 within the account;
-- `feed` holds both: account * 64 + number.

CREATE TABLE layout (
    one     integer PRIMARY KEY CHECK (one = 1),
    version integer NOT NULL
);

-- One row: whose store this is, and the highest place that was given in the order of arrival. Who
-- writes holds the store's lock, so places have no gaps and none is given twice.
CREATE TABLE store (
    one        integer PRIMARY KEY CHECK (one = 1),
    epoch      bytea NOT NULL CHECK (length(epoch) = 16),
    own_feed   bigint,                          -- the feed of this device
    arrival    bigint NOT NULL DEFAULT 0,
    arrived_ms bigint,                          -- when the newest came; never goes back
    entries    bigint NOT NULL DEFAULT 0,       -- that are held
    folding    text COLLATE "C"                 -- version under which tags and words were indexed
);

-- The order of arrival: a row for each stretch of a feed that came at once and is held. It is the
-- truth about what came; a notice of the database is a hint.
CREATE TABLE log (
    arrival    bigint PRIMARY KEY,              -- of its first entry
    last       bigint NOT NULL,                 -- of its last
    account    bigint NOT NULL,
    feed       bigint NOT NULL,
    seq        bigint NOT NULL,                 -- of its first entry
    arrived_ms bigint NOT NULL,
    source     integer                          -- who brought it; NULL for what was written here
);
CREATE INDEX log_of_feeds ON log (feed, seq);
CREATE INDEX log_by_time ON log (arrived_ms);

CREATE TABLE sources (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    peer   text COLLATE "C" NOT NULL UNIQUE     -- libp2p peer id, text form
);

-- Every account that was ever subscribed to or carried. `number` stands for the key elsewhere.
CREATE TABLE accounts (
    number   bigint PRIMARY KEY,
    key      bytea NOT NULL UNIQUE CHECK (length(key) = 32),
    text     text COLLATE "C" NOT NULL UNIQUE,  -- z6Mk…, for look-ups by prefix
    petname  text COLLATE "C",
    own      boolean NOT NULL DEFAULT false,
    followed boolean NOT NULL DEFAULT false,
    since_ms bigint NOT NULL,
    place    bigint NOT NULL                    -- order of subscription
);
CREATE INDEX accounts_subscribed ON accounts (place) WHERE own OR followed;
CREATE INDEX accounts_by_place ON accounts (place);
CREATE INDEX accounts_by_petname ON accounts (petname) WHERE petname IS NOT NULL;

-- Accounts that are carried for their labels; their posts are on no timeline for that.
CREATE TABLE labellers (
    account bigint PRIMARY KEY
);

-- By the key of a feed, which account and feed it is.
CREATE TABLE feed_keys (
    bucket  integer NOT NULL,
    key     bytea NOT NULL CHECK (length(key) = 32),
    account bigint NOT NULL,
    feed    bigint NOT NULL,
    PRIMARY KEY (bucket, key)
);

CREATE TABLE feeds (
    account       bigint NOT NULL,
    feed          bigint NOT NULL,
    key           bytea NOT NULL CHECK (length(key) = 32),
    next_key_hash bytea NOT NULL CHECK (length(next_key_hash) = 32),
    wire          bytea NOT NULL,               -- the grant as it travels, signature included
    number        bigint NOT NULL,              -- order in which grants came, of all feeds
    forked_at     bigint CHECK (forked_at > 0),
    end_seq       bigint CHECK (end_seq >= 0),  -- where it ends, by its account's statements
    end_id        bytea CHECK (length(end_id) = 32),    -- NULL exactly where end_seq = 0
    PRIMARY KEY (account, feed)
);

-- Stretches of a feed that are held without a gap: interface.Held.
CREATE TABLE held (
    account  bigint NOT NULL,
    feed     bigint NOT NULL,
    first    bigint NOT NULL CHECK (first > 0),
    last     bigint NOT NULL CHECK (last >= first),
    below    bytea CHECK (length(below) = 32),  -- NULL exactly where first = 1
    top      bytea NOT NULL CHECK (length(top) = 32),
    first_ms bigint NOT NULL,
    last_ms  bigint NOT NULL,
    PRIMARY KEY (account, feed, first)
);

CREATE TABLE entries (
    account    bigint NOT NULL,
    feed       bigint NOT NULL,
    seq        bigint NOT NULL,
    arrival    bigint NOT NULL,
    arrived_ms bigint NOT NULL,
    time_ms    bigint NOT NULL,
    sort_ms    bigint NOT NULL,
    size       integer NOT NULL,                -- of the body, held or not
    kind       integer,                         -- kinds.py; NULL where the body is absent
    id         bytea NOT NULL,
    signature  bytea NOT NULL,
    body       bytea,                           -- NULL where it is absent
    hash       bytea,                           -- of the body, where that is absent
    PRIMARY KEY (account, feed, seq)
);
-- What is on timelines (kinds.py), by account in the order of timelines.
CREATE INDEX entries_by_time ON entries (account, sort_ms, seq, arrival)
    WHERE kind IN (1, 2, 1113488674);
-- The newest profile and the like.
CREATE INDEX entries_by_kind ON entries (account, feed, kind, seq) WHERE kind <> 1;

CREATE TABLE ids (
    bucket  integer NOT NULL,
    id      bytea NOT NULL,                     -- bytes 3 to 8
    account bigint NOT NULL,
    feed    bigint NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (bucket, id, account, feed, seq)
);

-- Who answers an entry. `parent` is bytes 3 to 8 of its id.
CREATE TABLE replies (
    bucket  integer NOT NULL,
    parent  bytea NOT NULL,
    sort_ms bigint NOT NULL,
    seq     bigint NOT NULL,
    arrival bigint NOT NULL,
    account bigint NOT NULL,
    feed    bigint NOT NULL,
    PRIMARY KEY (bucket, parent, sort_ms, seq, arrival)
);

-- What entries say of other entries and of accounts: reactions, reposts, quotes, mentions, public
-- follows; relation_rows.py has the codes. `subject` is the first sixteen bytes of the id or key.
CREATE TABLE relations (
    bucket   integer NOT NULL,
    subject  bytea NOT NULL,
    code     smallint NOT NULL,
    sort_ms  bigint NOT NULL,
    seq      bigint NOT NULL,
    arrival  bigint NOT NULL,
    account  bigint NOT NULL,
    feed     bigint NOT NULL,
    dated_ms bigint,                            -- the signed time, where it sorts by another
    value    text COLLATE "C",                  -- the emoji; NULL for what is taken back
    PRIMARY KEY (bucket, subject, code, sort_ms, seq, arrival)
);
CREATE INDEX relations_by_feed ON relations (bucket, subject, code, feed, seq)
    WHERE code IN (2, 7);                       -- reposts and edits, the newest of a feed
CREATE INDEX relations_of_feed ON relations (account, feed, seq) WHERE code = 2;
CREATE INDEX votes_in_order ON relations (arrival) WHERE code = 8;

CREATE TABLE tags (
    account bigint NOT NULL,
    tag     text COLLATE "C" NOT NULL,          -- case-folded
    sort_ms bigint NOT NULL,
    seq     bigint NOT NULL,
    arrival bigint NOT NULL,
    feed    bigint NOT NULL,
    PRIMARY KEY (account, tag, sort_ms, seq, arrival)
);

-- Tags that posts have by an edit. An edit is none of the posts with a tag: what it changes is.
CREATE TABLE edit_tags (
    account bigint NOT NULL,
    tag     text COLLATE "C" NOT NULL,
    arrival bigint NOT NULL,                    -- of the edit
    feed    bigint NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (account, tag, arrival)
);
CREATE INDEX edit_tags_by_tag ON edit_tags (tag, arrival);

CREATE TABLE labels (
    account    bigint NOT NULL,                 -- of the labeller
    feed       bigint NOT NULL,
    on_account boolean NOT NULL,
    subject    bytea NOT NULL,                  -- id or key, whole
    name       text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,                 -- of the entry that says it
    off        boolean NOT NULL,                -- taken back
    PRIMARY KEY (account, feed, on_account, subject, name, seq)
);
CREATE INDEX labels_on_accounts ON labels (subject, name, feed, seq) WHERE on_account;

-- Imported posts of the own account, so that a second import finds them.
CREATE TABLE origins (
    origin  text COLLATE "C" PRIMARY KEY,
    arrival bigint NOT NULL,
    feed    bigint NOT NULL,
    seq     bigint NOT NULL
);

-- Imports: posts of a feed that sort by the time at which they were written, signed without a pause
-- of an hour. Each stands on timelines as one line, where its last post would.
CREATE TABLE imports (
    account  bigint NOT NULL,
    feed     bigint NOT NULL,
    first    bigint NOT NULL,                   -- the numbers of its first and last post
    last     bigint NOT NULL,
    first_ms bigint NOT NULL,                   -- their signed times
    last_ms  bigint NOT NULL,
    sort_ms  bigint NOT NULL,                   -- where its line stands
    arrival  bigint NOT NULL,                   -- of the last post
    entries  bigint NOT NULL,
    from_ms  bigint NOT NULL,                   -- the earliest and latest time of writing
    to_ms    bigint NOT NULL,
    PRIMARY KEY (account, feed, first)
);
CREATE INDEX imports_by_time ON imports (sort_ms, last, arrival);

-- What accounts say of their feeds besides grants, and proofs against feeds; only what counts.
CREATE TABLE statements (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,    -- order in which they came
    kind    text COLLATE "C" NOT NULL CHECK (kind IN ('revoke', 'rotate', 'fork')),
    account bigint NOT NULL,
    about   bytea NOT NULL CHECK (length(about) = 32),  -- the feed; of a rotation, the successor
    arrival bigint NOT NULL,                    -- the highest place given to an entry till then
    wire    bytea NOT NULL                      -- as it travels
);
CREATE UNIQUE INDEX statements_by_account ON statements (account, kind, about);
CREATE INDEX statements_by_arrival ON statements (arrival);
CREATE INDEX rotations ON statements (account, about) WHERE kind = 'rotate';

-- What happened to the keys of accounts that are shown, as it came: interface/statements.py.
CREATE TABLE key_changes (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind    text COLLATE "C" NOT NULL,
    account bigint NOT NULL,
    about   bytea NOT NULL CHECK (length(about) = 32),
    at_ms   bigint NOT NULL
);
CREATE UNIQUE INDEX key_changes_once ON key_changes (account, kind, about);

-- What the names of the own account and of those that are followed look like.
CREATE TABLE looks (
    look    bytea NOT NULL,
    place   bigint NOT NULL,
    account bigint NOT NULL,
    PRIMARY KEY (look, place, account)
);
CREATE INDEX looks_of_accounts ON looks (account);

-- Entries of others that name the own account or an entry of it, or did: candidates for
-- notifications, by the kind that they may be (interface/content/relations.py).
CREATE TABLE named (
    sort_ms bigint NOT NULL,
    seq     bigint NOT NULL,
    arrival bigint NOT NULL,
    feed    bigint NOT NULL,
    code    smallint NOT NULL,
    PRIMARY KEY (sort_ms, seq, arrival)
);

-- Entries whose rows are not what their authors signed any more, to be fetched again.
CREATE TABLE damaged (
    feed bigint NOT NULL,
    seq  bigint NOT NULL,
    PRIMARY KEY (feed, seq)
);

-- Rules of the owner's that have withheld entries, as they were then.
CREATE TABLE relay_rules (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key     bytea NOT NULL UNIQUE CHECK (length(key) = 16),
    action  text COLLATE "C" NOT NULL,
    title   text COLLATE "C" NOT NULL,
    maker   text COLLATE "C",                   -- the labeller by whom; NULL for the owner
    because text COLLATE "C"
);

-- Entries that are not passed on, by which rule. The bodies of some of them are absent.
CREATE TABLE withheld (
    feed bigint NOT NULL,
    seq  bigint NOT NULL,
    rule bigint NOT NULL,
    PRIMARY KEY (feed, seq)
);
CREATE INDEX withheld_by_rule ON withheld (rule);

-- One row while rules about single entries are in force: which they are, the newest arrival when
-- they came into force, and up to which arrivals they have been asked, after that and before.
CREATE TABLE rule_progress (
    one    integer PRIMARY KEY CHECK (one = 1),
    rules  bytea NOT NULL CHECK (length(rules) = 16),
    since  bigint NOT NULL,
    judged bigint NOT NULL,
    swept  bigint NOT NULL
);

-- What authors took back: for each entry that a retraction names, which retraction that is.
CREATE TABLE retractions (
    of_feed    bytea NOT NULL,
    of_seq     bigint NOT NULL,
    of_id      bytea NOT NULL,
    of_account bytea NOT NULL,
    account    bytea NOT NULL,                  -- who takes it back, in which entry
    feed       bytea NOT NULL,
    seq        bigint NOT NULL,
    id         bytea NOT NULL,
    proof      bytea,                           -- that entry, as a frame has it; NULL where held
    PRIMARY KEY (of_feed, of_seq, of_id, feed, seq, id)
);
CREATE INDEX retractions_of_entries ON retractions (of_id);
CREATE INDEX retractions_by_entry ON retractions (feed, seq);

-- Entries whose bodies are gone for that. 1: a retraction names them. 0: edits of what was taken
-- back, which none names; `of` is the id of that. 2: no retraction counts any more, and they are to
-- be removed, so that they can be fetched again.
CREATE TABLE blank (
    feed  bigint NOT NULL,
    seq   bigint NOT NULL,
    state smallint NOT NULL CHECK (state IN (0, 1, 2)),
    of    bytea,
    PRIMARY KEY (feed, seq)
);
CREATE INDEX blank_to_remove ON blank (feed) WHERE state = 2;
CREATE INDEX blank_edits ON blank (of) WHERE of IS NOT NULL;

-- Blobs of entries that were taken back, until whoever keeps blobs has looked at them.
CREATE TABLE let_go_blobs (
    cid bytea PRIMARY KEY
);

-- One row while bytes of what was taken back may lie in dead rows: how many times that happened.
CREATE TABLE erasing (
    one   integer PRIMARY KEY CHECK (one = 1),
    count bigint NOT NULL
);

-- Polls that are held, and their totals as far as they are counted. What is here besides the
-- poll itself can be lost: it is counted anew from relations.
CREATE TABLE polls (
    arrival   bigint PRIMARY KEY,
    subject   bytea NOT NULL,                   -- first sixteen bytes of its id
    feed      bigint NOT NULL,
    seq       bigint NOT NULL,
    upto      bigint,                           -- NULL: not begun; votes of later arrival came as new
    at_ms     bigint,                           -- place of the last older vote that is counted
    at_seq    bigint,
    at_place  bigint,
    caught_up boolean NOT NULL DEFAULT false,   -- all older ones are
    held      bigint NOT NULL DEFAULT 0,        -- votes seen, and those that are odd in a way
    late      bigint NOT NULL DEFAULT 0,
    malformed bigint NOT NULL DEFAULT 0,
    belated   bigint NOT NULL DEFAULT 0,
    votes     bigint NOT NULL DEFAULT 0,        -- accounts with a vote that counts
    withdrawn bigint NOT NULL DEFAULT 0,        -- accounts that took theirs back
    counts    text COLLATE "C" NOT NULL DEFAULT ''  -- accounts by option, a comma between two
);
CREATE INDEX polls_by_subject ON polls (subject);
CREATE INDEX polls_behind ON polls (arrival) WHERE NOT caught_up;

-- The vote of each account in each poll that counts: its last one that is valid and in time.
CREATE TABLE ballots (
    poll     bigint NOT NULL,                   -- its arrival
    account  bigint NOT NULL,
    order_ms bigint NOT NULL,
    seq      bigint NOT NULL,
    arrival  bigint NOT NULL,
    choices  bigint NOT NULL,                   -- bit n for option n; 0 for one taken back
    PRIMARY KEY (poll, account)
);

-- One row: the arrival up to which votes are counted in all polls that were begun.
CREATE TABLE votes_counted (
    one     integer PRIMARY KEY CHECK (one = 1),
    arrival bigint NOT NULL
);

-- Entries that the owner wants to find again. Nobody else learns of them.
CREATE TABLE bookmarks (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id       bytea NOT NULL UNIQUE CHECK (length(id) = 32),
    account  bytea NOT NULL CHECK (length(account) = 32),
    feed     bytea NOT NULL CHECK (length(feed) = 32),
    seq      bigint NOT NULL,
    since_ms bigint NOT NULL
);

-- The index of words, filled behind the writers, newest first.
CREATE TABLE words (
    account bigint NOT NULL,
    feed    bigint NOT NULL,
    seq     bigint NOT NULL,
    arrival bigint NOT NULL,
    sort_ms bigint NOT NULL,
    is_edit boolean NOT NULL,
    words   tsvector NOT NULL,
    PRIMARY KEY (account, feed, seq)
);
CREATE INDEX words_found ON words USING gin (words) WITH (fastupdate = on);
CREATE INDEX words_of_edits ON words (arrival) WHERE is_edit;

-- What the index of words covers: places in the order of arrival, those after one up to another.
-- Ranges never touch each other.
CREATE TABLE words_covered (
    last  bigint PRIMARY KEY,
    after bigint NOT NULL CHECK (after < last)
);

-- What is kept of peers between sessions, so that a reconnect costs what is new.
CREATE TABLE peers (
    peer     text COLLATE "C" PRIMARY KEY,      -- libp2p peer id, text form
    heard_ms bigint NOT NULL,                   -- for forgetting the oldest
    interest bytea,                             -- resume_state.Interest, msgpack
    place    bytea                              -- resume_state.Place, msgpack
);

-- The address book: interface/network/known_peers.py.
CREATE TABLE book (
    one    integer PRIMARY KEY CHECK (one = 1),
    secret bytea NOT NULL CHECK (length(secret) = 32)
);

CREATE TABLE known_peers (
    peer      text COLLATE "C" PRIMARY KEY,
    chosen    boolean NOT NULL,                 -- named by the owner, or by an invite
    anchor    boolean NOT NULL,                 -- dialled first after a start
    agrees    boolean NOT NULL,                 -- lets others be told of it
    seen_ms   bigint NOT NULL,                  -- last connected, whoever dialled; 0 for never
    sequence  bigint NOT NULL,                  -- of its signed record
    record    bytea NOT NULL,                   -- that record as it travels, or nothing
    addresses bytea NOT NULL                    -- msgpack: address_book/known_codec.py
);

-- Which peers carried an account, whom to dial where it has too few sources.
CREATE TABLE carriers (
    account bytea NOT NULL CHECK (length(account) = 32),
    peer    text COLLATE "C" NOT NULL,
    at_ms   bigint NOT NULL,                    -- last known
    PRIMARY KEY (account, peer)
);

-- Invites that the owner made: interface/network/invites.py.
CREATE TABLE invites (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token       bytea NOT NULL UNIQUE CHECK (length(token) BETWEEN 6 AND 32),
    made_ms     bigint NOT NULL,
    name        text COLLATE "C",
    expires_ms  bigint,
    once        boolean NOT NULL,
    follow_back boolean NOT NULL,
    list        text COLLATE "C",
    revoked_ms  bigint
);

CREATE TABLE guests (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invite  bigint NOT NULL REFERENCES invites,
    account bytea NOT NULL CHECK (length(account) = 32),
    at_ms   bigint NOT NULL
);
CREATE UNIQUE INDEX guests_once ON guests (invite, account);

-- Invites of others that the owner took, one an account.
CREATE TABLE accepted (
    account      bigint PRIMARY KEY,
    link         bytea NOT NULL,                -- the invite, as its link has it
    promise      bytea CHECK (length(promise) BETWEEN 16 AND 32),   -- how the promised hash begins
    introduction bytea,                         -- what its node is still to be told
    since_ms     bigint NOT NULL
);

-- Accounts that are carried for others, as a hub does; their posts are on no timeline for that.
CREATE TABLE carried (
    account  bigint PRIMARY KEY,
    word     text COLLATE "C" NOT NULL,         -- on whose word: owner, account, reader
    asker    text COLLATE "C" NOT NULL,         -- peer id of who asked; empty for the owner
    network  text COLLATE "C" NOT NULL,         -- its addresses that count as one
    since_ms bigint NOT NULL,
    read_ms  bigint NOT NULL,                   -- when a peer read it last
    grows    boolean NOT NULL,                  -- false: what is held is served, no more taken
    ended    boolean NOT NULL,                  -- true: its entries are being removed
    entries  bigint NOT NULL,
    bytes    bigint NOT NULL
);

-- One row: up to which place in the order of arrival the columns entries and bytes count.
CREATE TABLE carried_counted (
    one     integer PRIMARY KEY CHECK (one = 1),
    arrival bigint NOT NULL
);
