"""Accounts and subscriptions in PostgreSQL. Functions work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ....interface.errors import StoreError
from ....interface.records import Calling, Subscription
from ....validation.statement_rules import Successors, chain, chains
from ...server.connection import Connection
from . import look_rows
from .successors import successors

_ENSURE = """
    INSERT INTO accounts (number, key, text, since_ms, place)
    SELECT coalesce(max(number), 0) + 1, %s, %s, %s, coalesce(max(place), 0) + 1 FROM accounts
    ON CONFLICT (key) DO NOTHING"""

_FOLLOW = """
    UPDATE accounts SET
        petname = coalesce(%s, petname),
        since_ms = CASE WHEN followed THEN since_ms ELSE %s END,
        place = CASE WHEN followed THEN place ELSE (SELECT max(place) + 1 FROM accounts) END,
        followed = true
    WHERE key = %s"""

_UNFOLLOW = "UPDATE accounts SET followed = false, petname = NULL WHERE key = %s AND followed"

_FORGET_INVITE = """
    DELETE FROM accepted WHERE account = (SELECT number FROM accounts WHERE key = %s)"""

_SUBSCRIPTIONS = """
    SELECT key, petname, own, followed, since_ms FROM accounts
    WHERE own OR followed ORDER BY own DESC, place"""

_CALLED = "SELECT key, petname, own FROM accounts WHERE key = ANY(%s) AND (own OR followed)"

_LABELLERS = """
    SELECT a.key FROM labellers l JOIN accounts a ON a.number = l.account
    ORDER BY a.key"""

_GROWING = """
    SELECT a.key FROM carried c JOIN accounts a ON a.number = c.account
    WHERE c.grows AND NOT c.ended ORDER BY c.since_ms, a.key"""

# The text forms that begin with a prefix: base58 has no character above "z".
_FIND = """
    SELECT key FROM accounts
    WHERE text >= %(prefix)s AND text < %(prefix)s || '{' ORDER BY text LIMIT %(limit)s"""

_FIND_PETNAME = "SELECT key FROM accounts WHERE petname = %s ORDER BY text LIMIT %s"


def ensure(db: Connection, account: bytes, now_ms: int) -> None:
    """Enter an account where it is new."""
    db.run(_ENSURE, (account, key_text(account), now_ms))


def follow(db: Connection, account: bytes, petname: str | None, now_ms: int) -> bool:
    """Subscribe; True where it is new."""
    ensure(db, account, now_ms)
    ((was_followed,),) = db.rows("SELECT followed FROM accounts WHERE key = %s", (account,))
    db.run(_FOLLOW, (petname or None, now_ms, account))
    if petname or not was_followed:
        look_rows.renew_account(db, account)
    return not was_followed


def unfollow(db: Connection, account: bytes) -> bool:
    """End a subscription; True where there was one."""
    changed = db.change(_UNFOLLOW, (account,)) > 0
    if changed:
        look_rows.renew_account(db, account)
    db.run(_FORGET_INVITE, (account,))
    return changed


def subscriptions(db: Connection) -> list[Subscription]:
    """Own account first, then in order of subscription."""
    return [
        Subscription(key, petname, own, followed, since_ms)
        for key, petname, own, followed, since_ms in db.run(_SUBSCRIPTIONS)
    ]


def callings(db: Connection, accounts: Iterable[bytes]) -> dict[bytes, Calling]:
    """See `Accounts.callings`."""
    wanted = list(accounts)
    found: dict[bytes, Calling] = {}
    rows = db.rows(_CALLED, (wanted,))
    found |= {key: Calling(petname, own) for key, petname, own in rows}
    after = successors(db)
    if after and len(found) < len(wanted):
        inherited = _inherited(subscriptions(db), after)
        found |= {one: inherited[one] for one in wanted if one in inherited}
    return found


def _inherited(subscribed: Iterable[Subscription], after: Successors) -> dict[bytes, Calling]:
    """The callings of all accounts that are shown. Where an account follows several, those of the
    first count, as in `shown`."""
    own = {one.account: Calling(one.petname, one.own) for one in subscribed}
    found: dict[bytes, Calling] = {}
    before: Calling | None = None
    for account in chains(list(own), after):
        before = own.get(account, before)
        assert before is not None
        found[account] = before
    return found


def find(db: Connection, prefix: str, limit: int) -> list[bytes]:
    """Known accounts by beginning of text form, or by ``@petname``."""
    if prefix.startswith("@"):
        rows = db.run(_FIND_PETNAME, (prefix[1:], limit))
    else:
        rows = db.run(_FIND, {"prefix": prefix, "limit": limit})
    return [key for (key,) in rows]


def shown(db: Connection) -> list[bytes]:
    """See `Store.shown_accounts`."""
    return chains([one.account for one in subscriptions(db)], successors(db))


def carried(db: Connection) -> list[bytes]:
    """See `Store.carried_accounts`."""
    roots = [one.account for one in subscriptions(db)] + labellers(db) + _growing(db)
    return chains(roots, successors(db))


def _growing(db: Connection) -> list[bytes]:
    return [key for (key,) in db.run(_GROWING)]


def labellers(db: Connection) -> list[bytes]:
    """See `Store.labellers`."""
    return [key for (key,) in db.run(_LABELLERS)]


def set_labellers(db: Connection, accounts: Sequence[bytes], now_ms: int) -> None:
    """See `Store.set_labellers`."""
    db.run("DELETE FROM labellers")
    for account in accounts:
        ensure(db, account, now_ms)
        query = "INSERT INTO labellers (account) SELECT number FROM accounts WHERE key = %s"
        db.run(query + " ON CONFLICT DO NOTHING", (account,))


def set_own(db: Connection, account: bytes, now_ms: int) -> None:
    """Make an account the owner, unless it is a successor of the owner. Raises `StoreError`
    where another one is."""
    owner = db.run("SELECT key FROM accounts WHERE own").fetchone()
    if owner is not None:
        if account not in chain(owner[0], successors(db)):
            raise StoreError(_("the store already belongs to another account"))
        return
    ensure(db, account, now_ms)
    db.run("UPDATE accounts SET own = true WHERE key = %s", (account,))
    look_rows.renew_account(db, account)
