-- What is kept of peers between sessions, so that a reconnect costs what is new. Lost or
-- damaged rows cost a longer first exchange, nothing else.
CREATE TABLE peers (
    peer     TEXT PRIMARY KEY,                  -- libp2p peer id, text form
    heard_ms INTEGER NOT NULL,                  -- for forgetting the oldest
    interest BLOB,                              -- sayso_protocol.sync.resumption.resume_state.Interest, msgpack
    place    BLOB,                              -- sayso_protocol.sync.resumption.resume_state.Place, msgpack
    seal     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
