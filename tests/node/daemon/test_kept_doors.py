"""Whose doors a node keeps, at which prices, and to whose feeds they open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.clock import now_ms
from sayso_node.daemon.letters.kept_doors import KeptDoors
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub.carried_account import BY_ACCOUNT
from sayso_protocol.letters.box import day_at
from sayso_storage.interface.store import FeedState, Store

OTHER, FEED = (KeyPair.from_seed(bytes([number]) * 32) for number in (1, 2))
TODAY = day_at(now_ms())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create_account(made, "Hub", None)
    return made


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with open_home(home) as opened:
        yield opened


def own_of(store: Store) -> FeedState:
    own = store.own_feed()
    assert own is not None
    return own


def test_only_a_hub_keeps_doors_of_whom_it_carries(store: Store) -> None:
    store.carry(OTHER.public, BY_ACCOUNT, "peer", "", now_ms())
    own = own_of(store).account
    for is_hub, accounts in ((False, {own}), (True, {own, OTHER.public})):
        kept = KeptDoors(store, is_hub=is_hub)
        assert not kept.doors
        kept.refresh(now_ms())
        assert kept.doors.keys() == accounts
        before = kept.doors
        kept.refresh(now_ms())
        assert kept.doors is before, "the doors are not named anew for nothing"


def test_a_price_is_that_of_the_profile(home: Home, store: Store) -> None:
    own, kept = own_of(store).account, KeptDoors(store, is_hub=False)
    kept.refresh(now_ms())
    assert kept.doors[own](TODAY) == 18
    Author(home, store).publish([Profile(name="Hub", knock=(0, 12, 20, None))])
    kept.refresh(now_ms())
    assert kept.doors[own](TODAY) == 12


def test_doors_open_to_feeds_that_stand(store: Store) -> None:
    own, kept = own_of(store), KeptDoors(store, is_hub=True)
    assert kept.may_collect(own.account, own.feed)
    assert not kept.may_collect(OTHER.public, own.feed), "a feed of another account"
    assert kept.may_collect(OTHER.public, FEED.public), "a device that is new here"
    store.carry(OTHER.public, BY_ACCOUNT, "peer", "", now_ms())
    store.add_grant(sign_grant(OTHER, FEED, bytes(32)))
    assert kept.may_collect(OTHER.public, FEED.public)
