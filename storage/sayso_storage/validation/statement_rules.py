"""Rules for statements: which a store takes, and what they decide. Pure: a `StatementTables` knows
what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sayso_protocol.accounts.statement import End, Grant, Revoke, Rotate
from sayso_protocol.errors import CircularRotation, NotGranted, PromiseBroken, Refused, TooLarge
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT, MAX_ROTATIONS

from ..interface.errors import NotSubscribed, StoreError
from ..interface.records import FeedState
from ..interface.statements import DEVICE_REVOKED, FORK_ENDED, KEY_CHANGED

Successors = Mapping[bytes, bytes]
"""The account that follows each account that was rotated."""


class StatementTables(Protocol):
    """Accounts that a store knows, and their statements that it keeps."""

    def carries(self, account: bytes) -> bool:
        """Whether the account is own or followed, or a successor of such a one."""

    def promise(self, account: bytes) -> bytes | None:
        """The next key's hash in the first grant of the account that was taken in."""

    def invited(self, account: bytes) -> bytes | None:
        """How the next key's hash begins, by the invite to the account that was accepted."""

    def feeds(self, account: bytes) -> Sequence[bytes]:
        """The feeds that the account granted."""

    def rotation(self, account: bytes) -> Rotate | None:
        """The rotation of the account that counts."""

    def revokes(self, account: bytes) -> Sequence[Revoke]:
        """The revokes by the account, one a feed. Beside a rotation they do not count, but it may
        turn out to be the one of a circle that does not."""

    def successors(self) -> Successors:
        """All rotations that are kept."""


def is_news(statement: Revoke | Rotate, tables: StatementTables) -> bool:
    """Whether a statement is to be kept, in place of an earlier one on the same.

    Raises `NotSubscribed`; `TooLarge`; and for a rotation `NotGranted` while no grant of the
    account is known, whose promise could be compared, `PromiseBroken` and `CircularRotation`.
    """
    if not tables.carries(statement.account):
        raise NotSubscribed
    if isinstance(statement, Rotate):
        return _rotation_changes(statement, tables)
    return _revoke_changes(statement, tables)


def counts(statement: Revoke | Rotate, tables: StatementTables) -> bool:
    """Whether a statement that is news counts as things are."""
    return isinstance(statement, Rotate) or tables.rotation(statement.account) is None


def kind_of_change(statement: Revoke | Rotate, feed: FeedState | None) -> str:
    """The kind of key change that a statement makes; `feed` is that of a revoke, if it is known."""
    if isinstance(statement, Rotate):
        return KEY_CHANGED
    return FORK_ENDED if feed is not None and feed.forked_at is not None else DEVICE_REVOKED


def raised(outcome: bool | Refused | StoreError) -> bool:
    """The outcome of one statement, where somebody waits for it."""
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def displaced(statement: Revoke | Rotate, tables: StatementTables) -> Rotate | None:
    """The kept rotation that counts no more where one that is news closes a circle. Its account
    says for itself again: the revokes that are kept of it count from then on."""
    return _last_of_circle(statement, tables) if isinstance(statement, Rotate) else None


def end_of(account: bytes, feed: bytes, tables: StatementTables) -> End | None:
    """The end of a feed of an account, by what is kept; the feed may not be known yet."""
    rotation = tables.rotation(account)
    if rotation is not None:
        return rotation.end_of(feed)
    return next((one.end for one in tables.revokes(account) if one.feed == feed), None)


def stated_ends(account: bytes, tables: StatementTables) -> dict[bytes, End | None]:
    """The end of each feed of an account, by what is kept."""
    rotation = tables.rotation(account)
    if rotation is not None:
        return {feed: rotation.end_of(feed) for feed in tables.feeds(account)}
    revoked = {one.feed: one.end for one in tables.revokes(account)}
    return {feed: revoked.get(feed) for feed in tables.feeds(account)}


def check_promise(grant: Grant, tables: StatementTables) -> None:
    """Raise `PromiseBroken` where an earlier grant of the account promised another key; or, of the
    first, the invite that was accepted."""
    promise = tables.promise(grant.account)
    if promise is not None:
        if promise != grant.next_key_hash:
            raise PromiseBroken("the account has promised another next key before")
        return
    invited = tables.invited(grant.account)
    if invited is not None and not grant.next_key_hash.startswith(invited):
        raise PromiseBroken("the invite to the account promised another next key")


def _revoke_changes(revoke: Revoke, tables: StatementTables) -> bool:
    kept = tables.revokes(revoke.account)
    old = next((one for one in kept if one.feed == revoke.feed), None)
    if old is not None:
        return revoke.rank < old.rank
    known = set(tables.feeds(revoke.account))
    # Feeds that are known are few enough by themselves, and never crowded out by made-up ones.
    unknown = sum(one.feed not in known for one in kept)
    if revoke.feed not in known and unknown >= MAX_FEEDS_AN_ACCOUNT:
        raise TooLarge("the account has revoked as many unknown feeds as are remembered")
    return True


def _rotation_changes(rotate: Rotate, tables: StatementTables) -> bool:
    promise = tables.promise(rotate.account)
    if promise is None:
        raise NotGranted("no grant of the account is known that promises its next key")
    if not rotate.keeps(promise):
        raise PromiseBroken("the account did not promise this next key")
    old = tables.rotation(rotate.account)
    if old is not None:
        return rotate.rank < old.rank
    if _last_of_circle(rotate, tables) is rotate:
        raise CircularRotation("the account follows itself")
    return True


def _last_of_circle(rotate: Rotate, tables: StatementTables) -> Rotate | None:
    """Of the rotations that form a circle with a new one, the one that does not count."""
    *line, end = chain(rotate.successor, tables.successors(), most=None)
    if end != rotate.account:
        return None
    kept = [one for one in map(tables.rotation, line) if one is not None]
    return max([rotate, *kept], key=lambda one: one.rank)


# --- chains of successors -----------------------------------------------------------


def chain(account: bytes, successors: Successors, most: int | None = MAX_ROTATIONS) -> list[bytes]:
    """The account and those that followed it, in order; at most `most` of these."""
    found = [account]
    while found[-1] in successors and (most is None or len(found) <= most):
        found.append(successors[found[-1]])
    return found


def chains(accounts: Sequence[bytes], successors: Successors) -> list[bytes]:
    """Several accounts, each followed by its chain; without repeats."""
    return list(dict.fromkeys(one for account in accounts for one in chain(account, successors)))


def last_key(account: bytes, successors: Successors) -> bytes:
    """The name under which an account is one with those that it was rotated from."""
    while account in successors:
        account = successors[account]
    return account


def family(account: bytes, successors: Successors) -> list[bytes]:
    """All accounts that are one with this one: its last successor and whoever leads there."""
    found = chain(account, successors, most=None)[-1:]
    for one in found:  # grows while it is walked
        found += [before for before, after in successors.items() if after == one]
    return found
