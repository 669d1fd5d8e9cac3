"""Holdings: the feeds of accounts as far as they are held, and their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import FeedState, Store
from sayso_storage.validation.statement_rules import chain

from .lineage import feeds_in_line, line_of
from .names import Name, Names
from .profile import newest_profile


@dataclass(frozen=True, slots=True)
class Conditions:
    """Feeds that are not what they were: `forked_at`, by feed, the lowest sequence number for
    which two entries are known; `ended`, by feed, the last one that counts by its account."""

    forked_at: Mapping[str, int]
    ended: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        """The feeds for programs."""
        return {"forked_at": dict(self.forked_at), "ended": dict(self.ended)}


@dataclass(frozen=True, slots=True)
class Holdings:
    """The feeds of an account as far as they are held, of all keys that it was rotated to."""

    account: bytes
    name: Name
    feeds: Sequence[FeedState]
    successor: bytes | None

    @property
    def head(self) -> int:
        """The number of entries known to exist."""
        return sum(state.head for state in self.feeds)

    @property
    def have(self) -> int:
        """The number of those that are held."""
        return sum(state.count for state in self.feeds)

    @property
    def missing(self) -> int:
        """The number of those that are not."""
        return self.head - self.have

    @property
    def conditions(self) -> Conditions:
        """The feeds that are not what they were."""
        return conditions(self.feeds)

    def as_json(self) -> dict[str, object]:
        """The holdings for programs."""
        forked = [state for state in self.feeds if state.forked_at is not None]
        return {
            "account": key_text(self.account),
            "name": self.name.shown,
            "feeds": len(self.feeds),
            "head": self.head,
            "have": self.have,
            "missing": self.missing,
            "petname": self.name.petname,
            "feed_keys": [key_text(state.feed) for state in self.feeds],
            "forked": [key_text(state.feed) for state in forked],
            "moved_to": None if self.successor is None else key_text(self.successor),
        } | (self.name.recognition_json() | self.conditions.as_json())


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """The profile of an account; `moved_to` is the key that it was rotated to."""

    account: bytes
    profile: Profile
    petname: str | None
    feeds: Sequence[FeedState]
    moved_to: bytes | None

    def as_json(self) -> dict[str, object]:
        """The profile for programs."""
        picture = self.profile.picture
        return {
            "account": key_text(self.account),
            "name": self.profile.name or None,
            "bio": self.profile.bio or None,
            "carriers": list(self.profile.carriers),
            "picture": None if picture is None else _picture_json(picture),
            "domain": self.profile.domain,
            "feeds": len(self.feeds),
            "petname": self.petname,
            "feed_keys": [key_text(state.feed) for state in self.feeds],
            "moved_to": None if self.moved_to is None else key_text(self.moved_to),
        }


def holdings(store: Store, account: bytes, names: Names) -> Holdings:
    """The holdings of an account."""
    [found] = holdings_of(store, [account], names)
    return found


def holdings_of(store: Store, accounts: Sequence[bytes], names: Names) -> list[Holdings]:
    """The holdings of accounts, in order."""
    names.prepare(accounts)
    after = store.successors()
    lines = [chain(account, after, None) for account in accounts]
    feeds = store.feeds_of_each({key for line in lines for key in line})
    return [
        Holdings(
            account,
            names.of(account),
            [state for key in line for state in feeds.get(key, ())],
            after.get(account),
        )
        for account, line in zip(accounts, lines, strict=True)
    ]


def account_profile(store: Store, account: bytes) -> AccountProfile:
    """The profile of an account."""
    line = line_of(store, account)
    return AccountProfile(
        account,
        newest_profile(store, line),
        Names(store).of(account).petname,
        feeds_in_line(store, account),
        line[-1] if line[-1] != account else None,
    )


def conditions(feeds: Sequence[FeedState]) -> Conditions:
    """The feeds among these that are not what they were."""
    return Conditions(
        {key_text(one.feed): one.forked_at for one in feeds if one.forked_at is not None},
        {key_text(one.feed): one.end.seq for one in feeds if one.end is not None},
    )


def moves(store: Store) -> dict[str, str]:
    """The key that follows each that was rotated, of all accounts that are carried."""
    carried, subscribed = store.carried_accounts(), store.subscriptions()
    may_have_moved = carried if len(carried) > len(subscribed) else []
    moved = ((one, store.successor(one)) for one in may_have_moved)
    return {key_text(old): key_text(new) for old, new in moved if new is not None}


def _picture_json(picture: Attachment) -> dict[str, object]:
    return {
        "cid": cid_text(picture.cid),
        "type": picture.type,
        "size": picture.size,
        "alt": picture.alt,
    }
