"""Invites in PostgreSQL, inside the caller's transaction."""

from __future__ import annotations

from typing import Any, Final

from ....interface.network.invite_records import (
    MAX_ACCEPTED,
    AcceptedInvite,
    Guest,
    InviteOutcome,
    OwnInvite,
)
from ....validation.invite_rules import gives_way, outcome_of
from ...server.connection import Connection
from ..accounts import account_rows

_COLUMNS: Final = (
    "i.token, i.made_ms, i.name, i.expires_ms, i.once, i.follow_back, i.list, i.revoked_ms"
)

_ADD = """
    INSERT INTO invites (token, made_ms, name, expires_ms, once, follow_back, list, revoked_ms)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""

_GUESTS = f"""
    SELECT g.account, g.at_ms, {_COLUMNS} FROM guests g JOIN invites i ON i.number = g.invite
    WHERE g.at_ms >= %s ORDER BY g.at_ms DESC, g.number DESC LIMIT %s"""  # noqa: S608

_ACCEPT = """
    INSERT INTO accepted (account, link, promise, introduction, since_ms)
    SELECT number, %s, %s, %s, %s FROM accounts WHERE key = %s
    ON CONFLICT (account) DO UPDATE SET link = excluded.link, promise = excluded.promise,
        introduction = excluded.introduction, since_ms = excluded.since_ms"""

_FORGET = """
    DELETE FROM accepted WHERE account IN
        (SELECT account FROM accepted ORDER BY since_ms DESC, account OFFSET %s)"""

_ACCEPTED = """
    SELECT a.key, c.link, c.promise, c.introduction, c.since_ms
    FROM accepted c JOIN accounts a ON a.number = c.account
    WHERE a.followed ORDER BY c.since_ms, c.account"""

_PROMISE = """
    SELECT c.promise FROM accepted c JOIN accounts a ON a.number = c.account WHERE a.key = %s"""

_INTRODUCED = """
    UPDATE accepted SET introduction = NULL
    WHERE account = (SELECT number FROM accounts WHERE key = %s) AND introduction = %s"""


def add(db: Connection, invite: OwnInvite) -> None:
    """See `Invites.add_invite`."""
    old = gives_way(everything(db), invite.made_ms)
    if old is not None:
        ((number,),) = db.rows("SELECT number FROM invites WHERE token = %s", (old.token,))
        db.run("DELETE FROM guests WHERE invite = %s", (number,))
        db.run("DELETE FROM invites WHERE number = %s", (number,))
    values = (
        *(invite.token, invite.made_ms, invite.name, invite.expires_ms),
        *(invite.once, invite.follow_back, invite.list_name, invite.revoked_ms),
    )
    db.run(_ADD, values)


def everything(db: Connection) -> list[OwnInvite]:
    """See `Invites.invites`."""
    query = f"SELECT {_COLUMNS} FROM invites i ORDER BY i.number"  # noqa: S608 - fixed text
    return [_invite(*row) for row in db.run(query)]


def revoke(db: Connection, token: bytes, now_ms: int) -> bool:
    """See `Invites.revoke_invite`."""
    query = "UPDATE invites SET revoked_ms = %s WHERE token = %s AND revoked_ms IS NULL"
    return db.change(query, (now_ms, token)) > 0


def admit_guest(
    db: Connection, token: bytes, account: bytes, petname: str | None, now_ms: int
) -> tuple[InviteOutcome, OwnInvite | None, bool]:
    """See `Invites.admit_guest`."""
    query = f"SELECT i.number, {_COLUMNS} FROM invites i WHERE i.token = %s"  # noqa: S608
    row = db.run(query, (token,)).fetchone()
    if row is None:
        return InviteOutcome.UNKNOWN, None, False
    number, invite = row[0], _invite(*row[1:])
    rows = db.run("SELECT account FROM guests WHERE invite = %s", (number,))
    taken = {key for (key,) in rows}
    outcome = outcome_of(invite, taken, account, now_ms)
    is_new = outcome is InviteOutcome.TAKEN and account not in taken
    if is_new:
        db.run(
            "INSERT INTO guests (invite, account, at_ms) VALUES (%s, %s, %s)",
            (number, account, now_ms),
        )
        if invite.follow_back:
            named = {one.account for one in account_rows.subscriptions(db) if one.petname}
            account_rows.follow(db, account, None if account in named else petname, now_ms)
    return outcome, invite, is_new


def guests(db: Connection, limit: int, since_ms: int | None) -> list[Guest]:
    """See `Invites.guests`."""
    rows = db.run(_GUESTS, (since_ms or 0, max(limit, 0)))
    return [Guest(_invite(*row[2:]), row[0], row[1]) for row in rows]


def accept(db: Connection, one: AcceptedInvite) -> None:
    """Keep an invite of an account that is known; see `Invites.accept_invite`."""
    db.run(_ACCEPT, (one.link, one.promise, one.introduction, one.since_ms, one.account))
    db.run(_FORGET, (MAX_ACCEPTED,))


def accepted(db: Connection) -> list[AcceptedInvite]:
    """See `Invites.accepted_invites`."""
    return [AcceptedInvite(*row) for row in db.run(_ACCEPTED)]


def promise(db: Connection, account: bytes) -> bytes | None:
    """How the promise of an account's next key begins, by the invite that was accepted."""
    row = db.run(_PROMISE, (account,)).fetchone()
    return None if row is None else row[0]


def note_introduced(db: Connection, account: bytes, introduction: bytes) -> None:
    """See `Invites.note_introduced`."""
    db.run(_INTRODUCED, (account, introduction))


def _invite(*columns: Any) -> OwnInvite:
    return OwnInvite(*columns)
