"""Statements and fork proofs in PostgreSQL, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import End, Revoke, Rotate
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import NotGranted, Refused
from sayso_protocol.feed.fork import ForkProof

from ...interface.errors import NotSubscribed, StoreDamaged, StoreError
from ...interface.statements import FORKED, KeyChange
from ...validation.feed_end import limit
from ...validation.statement_rules import counts, displaced, is_news, kind_of_change, stated_ends
from ..server.connection import Connection
from ..tables import feed_rows
from ..tables.accounts import account_rows, key_change_rows
from ..tables.accounts.successors import OWN
from ..tables.content import named_rows, retraction_rows
from ..tables.log_rows import last_place
from ..tables.statement_tables import PostgresStatementTables, kind_of, read
from ..tables.timeline import import_origins
from .feed_entries import PostgresFeedEntries, nothing_waits
from .removal import remove
from .retraction_ingest import reconsider
from .retraction_release import drop_beyond

_INSERT = """
    INSERT INTO statements (kind, account, about, arrival, wire)
    VALUES (%(kind)s, (SELECT number FROM accounts WHERE key = %(account)s), %(about)s,
        %(arrival)s, %(wire)s)"""

_REPLACED = {
    "revoke": "kind = 'revoke' AND about = %(about)s",
    "rotate": "kind = 'rotate'",
    "fork": "FALSE",
}


def concern_own(db: Connection, statements: Sequence[Attestation]) -> bool:
    """Whether one of these is of the own account, or of a successor of it."""
    query = f"SELECT 1 FROM accounts a WHERE a.key = %s AND {OWN}"  # noqa: S608 - fixed text
    keys = {_account_of(db, statement) for statement in statements}
    return any(db.run(query, (key,)).fetchone() for key in keys)


def take(
    db: Connection, statement: Attestation, now_ms: int, *, told: bool = True
) -> bool | Refused | StoreError:
    """Take one in; see `Store.add_statements`. The owner is `told` of what it changes."""
    tables = PostgresStatementTables(db)
    try:
        if isinstance(statement, ForkProof):
            return _take_proof(db, statement, now_ms)
        if not is_news(statement, tables):
            return False
    except (Refused, NotSubscribed) as error:
        return error
    lost = displaced(statement, tables)
    own = named_rows.own_keys(db)
    touched = [statement.account, *([lost.account] if lost else [])]
    ends = [stated_ends(account, tables) for account in touched]
    if lost is not None:
        _drop(db, lost)
    _keep(db, statement, statement.account)
    if isinstance(statement, Rotate):
        account_rows.ensure(db, statement.successor, now_ms)
    if set(named_rows.own_keys(db)) != set(own):
        named_rows.rebuild(db)
    for account, before in zip(touched, ends, strict=True):
        _end_feeds(db, account, before)
    if isinstance(statement, Rotate) and retraction_rows.is_any(db):
        reconsider(db)
    if isinstance(statement, Rotate) and concern_own(db, [statement]):
        import_origins.index(db)  # the successor may have been followed before
    counted = counts(statement, tables)
    if counted and told:
        key_change_rows.note(db, _change(db, statement, now_ms))
    return counted


def _change(db: Connection, statement: Revoke | Rotate, now_ms: int) -> KeyChange:
    row = None if isinstance(statement, Rotate) else feed_rows.by_key(db, statement.feed)
    kind = kind_of_change(statement, None if row is None else row.state)
    return KeyChange(kind, statement.account, _about(statement), now_ms)


def problems(db: Connection) -> Iterator[str]:
    """Read all that is kept again: one line for each that is not what its row says."""
    tables = PostgresStatementTables(db)
    query = """
        SELECT s.kind, a.key, s.about, s.wire FROM statements s
        JOIN accounts a ON a.number = s.account ORDER BY s.number"""
    for kind, account, about, wire in db.run(query).fetchall():
        try:
            statement = read(kind, wire)
        except StoreDamaged as error:
            yield f"{kind} of {key_text(account)}: {error}"
            continue
        if (_account_of(db, statement), _about(statement)) != (account, about):
            yield f"the {kind} of {key_text(account)} says something else than its row"
        if isinstance(statement, Rotate) and not statement.keeps(tables.promise(account) or b""):
            yield f"the rotation of {key_text(account)} is not the one that was promised"


def _take_proof(db: Connection, proof: ForkProof, now_ms: int) -> bool:
    row = feed_rows.by_key(db, proof.feed)
    if row is None:
        raise NotGranted("no grant of the feed is known")
    if row.state.forked_at is None:
        key_change_rows.note(db, KeyChange(FORKED, row.state.account, proof.feed, now_ms))
    feed_rows.note_fork(db, row.number, proof.seq)
    if row.state.proof is not None:
        return False
    _keep(db, proof, row.state.account)
    return True


def _keep(db: Connection, statement: Attestation, account: bytes) -> None:
    kind, about = kind_of(statement), _about(statement)
    mine = "account = (SELECT number FROM accounts WHERE key = %(account)s)"
    values = {"kind": kind, "account": account, "about": about, "wire": statement.wire}
    db.run(f"DELETE FROM statements WHERE {mine} AND {_REPLACED[kind]}", values)  # noqa: S608
    db.run(_INSERT, values | {"arrival": last_place(db)})


def _drop(db: Connection, lost: Rotate) -> None:
    """Keep a rotation no more; the revokes of its account count from now on."""
    ((account,),) = db.rows("SELECT number FROM accounts WHERE key = %s", (lost.account,))
    db.run("DELETE FROM statements WHERE kind = 'rotate' AND account = %s", (account,))
    query = "UPDATE statements SET arrival = %s WHERE kind = 'revoke' AND account = %s"
    db.run(query, (last_place(db), account))


def _end_feeds(db: Connection, account: bytes, before: Mapping[bytes, End | None]) -> None:
    """Let the ends that are others than before take effect on an account's feeds."""
    for feed, end in stated_ends(account, PostgresStatementTables(db)).items():
        row = feed_rows.by_key(db, feed)
        if end != before[feed] and row is not None:
            _end(db, row, end)


def _end(db: Connection, row: feed_rows.FeedRow, end: End | None) -> None:
    state = row.state
    if end is None:
        feed_rows.forget_end(db, row.number)
        return
    limited = limit(state.held, end, PostgresFeedEntries(db, row.number, state.feed, nothing_waits))
    remove(db, row.number, limited.gone)
    feed_rows.save_held(db, [(row.number, state.held, limited.held)])
    feed_rows.save_end(db, row.number, end)
    drop_beyond(db, state.feed, end)


def _account_of(db: Connection, statement: Attestation) -> bytes | None:
    if not isinstance(statement, ForkProof):
        return statement.account
    row = feed_rows.by_key(db, statement.feed)
    return None if row is None else row.state.account


def _about(statement: Attestation) -> bytes:
    return statement.successor if isinstance(statement, Rotate) else statement.feed
