"""Moving all that a store holds into another one: from a file into a database, or back.

What is signed is verified again on the way. It can be broken off at any time, and begun again: what
is there already is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import Run, verify_run
from sayso_protocol.translation import _
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.records import FeedState
from sayso_storage.interface.store import Store

from ..clock import now_ms

_TOGETHER: Final = 50
"""Runs that are taken in together."""

Progress = Callable[[int], None]


def move_store(source: Store, target: Store, progress: Progress) -> None:
    """Bring all of the source into the target; `progress` is called with numbers of entries.
    Raises `StoreError`, also where the target is another account's."""
    _move_accounts(source, target)
    states = source.feeds_carried()
    accounts = list(dict.fromkeys(state.account for state in states))
    now = now_ms()
    target.add_grants([state.grant for state in states], now)
    for account in accounts:
        target.add_statements(source.statements_of(account), now)
    # Feeds of accounts that were known as successors only then.
    target.add_grants([state.grant for state in states], now)
    runs = (run for state in states for run in _missing(source, target, state))
    for some in _parts(runs):
        target.append(some, now)
        progress(sum(len(run) for run in some))
    _check_own(source, target)
    for mark in reversed(source.bookmarks()):
        target.add_bookmark(mark.of, mark.since_ms)


def owner_of(store: Store) -> bytes | None:
    """The account whose store it is."""
    return next((one.account for one in store.subscriptions() if one.own), None)


def _move_accounts(source: Store, target: Store) -> None:
    own = source.own_feed()
    owner, there = owner_of(source), owner_of(target)
    if there is not None and there != owner:
        raise StoreError(_("the store already belongs to another account"))
    for one in source.subscriptions():
        if one.own and own is not None and there is None:
            first = source.feeds_of(one.account)[0].grant
            target.add_own(first if own.account != one.account else own.grant, one.since_ms)
        if one.followed:
            target.follow(one.account, one.petname, one.since_ms)
    target.set_labellers(source.labellers(), now_ms())
    for carried in source.carried_for_others():
        target.carry(
            carried.account, carried.word, carried.asker, carried.network, carried.since_ms
        )
    full = [one.account for one in source.carried_for_others() if not one.grows]
    target.let_grow(full, grows=False)
    known = {invite.token for invite in target.invites()}
    for invite in source.invites():
        if invite.token not in known:
            target.add_invite(invite)
    for accepted in source.accepted_invites():
        target.accept_invite(accepted)


def _missing(source: Store, target: Store, state: FeedState) -> Iterator[Run]:
    """The runs of a feed that the target lacks, the newest first."""
    there = target.feed(state.feed)
    if there is None:
        return
    for part in reversed(state.held):
        last, tip = part.last, None
        while last >= part.first and not _holds(there, part.first, last):
            raw = source.load(state.feed, part.first, last)
            if raw is None:
                break
            try:
                yield verify_run(raw, tip=tip)
            except Refused as error:
                raise StoreError(
                    _(
                        "an entry of the store is damaged ({error}): `sayso verify` says which"
                    ).format(error=error)
                ) from error
            last, tip = raw.first - 1, raw.previous


def _holds(state: FeedState, first: int, last: int) -> bool:
    return any(part.first <= first and last <= part.last for part in state.held)


def _parts(runs: Iterable[Run]) -> Iterator[list[Run]]:
    waiting = iter(runs)
    while some := list(islice(waiting, _TOGETHER)):
        yield some


def _check_own(source: Store, target: Store) -> None:
    """Nothing of the own feed may be missing: its numbers would be given again."""
    here, there = source.own_feed(), target.own_feed()
    if here is not None and (there is None or there.held != here.held):
        raise StoreError(
            _("the own feed did not come over whole: run `sayso verify`, and try again")
        )
