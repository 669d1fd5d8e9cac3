"""Media of accounts that a hub carries: what is fetched, within which bounds, and what goes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.makers import NOW_MS, author, run_of

from sayso_node.accounts.creation import create_account
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.hub.accounts import evict, remove_evicted
from sayso_node.hub.carried_media import COUNT_SECONDS, CarriedMedia
from sayso_node.media.blob_store import open_blobs
from sayso_protocol.blob.cid import RAW
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

BERT, CARA = author(2), author(3)
KIB = 1 << 10


def attachment(size: int, media_type: str = "image/png") -> Attachment:
    return Attachment(RAW + size.to_bytes(32, "big"), size, media_type)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Hub:
    """A hub that carries Bert."""

    def __init__(self, home: Home, store: Store) -> None:
        self.home, self.store, self.blobs = home, store, open_blobs(home)
        self.clock = Clock()
        self.store.carry(BERT.account.public, "owner", "", "", NOW_MS)
        self.write("")
        self.media = CarriedMedia(home, store, self.blobs, self.clock)
        self.media.refresh()

    def write(self, text: str) -> None:
        self.home.hub.write_text(text)
        self.home.hub.chmod(0o600)

    def takes(self, size: int, media_type: str = "image/png", by: bytes | None = None) -> bool:
        return self.media.take(attachment(size, media_type), by or BERT.account.public)

    def hold(self, data: bytes, *, pin: bool = False) -> Attachment:
        held = self.blobs.add(io.BytesIO(data), NOW_MS, pin=pin)
        return Attachment(held.cid, held.size, "image/png")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    home = Home(tmp_path / "home")
    create_account(home, "Hub", None)
    with open_home(home) as store:
        yield Hub(home, store)


def test_pictures_of_carried_accounts_come_up_to_a_size_and_films_do_not(hub: Hub) -> None:
    assert hub.takes(2048 * KIB, "Image/JPEG")
    assert not hub.takes(2048 * KIB + 1)
    assert not hub.takes(5, "video/mp4")
    assert not hub.takes(5, "text/html")
    assert not hub.takes(5, by=CARA.account.public)


def test_the_owner_says_how_large_they_may_be(hub: Hub) -> None:
    hub.write('[media]\npictures = 10\nfilms = "1 KiB"\n')
    hub.media.refresh()
    assert hub.takes(10)
    assert not hub.takes(11)
    assert hub.takes(KIB, "video/mp4")
    assert hub.takes(KIB, "audio/mp4")
    assert not hub.takes(KIB + 1, "video/mp4")


def test_they_count_for_the_bound_of_their_account(hub: Hub) -> None:
    hub.write(f'[account.{key_text(BERT.account.public)}]\nbytes = "1000 KiB"\n')
    hub.media.refresh()
    assert hub.takes(600 * KIB)
    assert not hub.takes(401 * KIB)
    assert hub.takes(400 * KIB)
    assert not hub.takes(1)


def test_what_is_held_already_counts_and_what_went_makes_room(hub: Hub) -> None:
    held = hub.hold(bytes(600 * KIB))
    hub.store.add_grant(BERT.grant)
    hub.store.append([run_of(BERT, [Post("a", attach=(held,))])], NOW_MS)
    hub.write(f'[account.{key_text(BERT.account.public)}]\nbytes = "1000 KiB"\n')
    hub.clock.now += COUNT_SECONDS
    hub.media.refresh()
    assert not hub.takes(500 * KIB)
    hub.blobs.remove([held.cid])
    hub.clock.now += COUNT_SECONDS
    hub.media.refresh()
    assert hub.takes(500 * KIB)


def test_of_a_full_account_nothing_more_comes(hub: Hub) -> None:
    hub.store.let_grow([BERT.account.public], grows=False)
    hub.media.refresh()
    assert not hub.takes(5)


def test_who_is_evicted_takes_along_what_only_they_attached(hub: Hub) -> None:
    theirs, shared, pinned = hub.hold(b"theirs"), hub.hold(b"shared"), hub.hold(b"pinned", pin=True)
    own = hub.hold(b"own", pin=True)
    hub.store.follow(CARA.account.public, None, NOW_MS)
    for one in (BERT, CARA):
        hub.store.add_grant(one.grant)
    hub.store.append([run_of(BERT, [Post("a", attach=(theirs, shared, pinned))])], NOW_MS)
    hub.store.append([run_of(CARA, [Post("b", attach=(shared,))])], NOW_MS)
    assert evict(hub.home, hub.store, BERT.account.public)
    remove_evicted(hub.store, hub.blobs)
    left = {one.cid for one in hub.blobs.all_held()}
    assert left == {shared.cid, pinned.cid, own.cid}
