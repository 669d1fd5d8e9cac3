"""Attachments of what was taken back are gone from the disks of its author and of who held it, and
stay where another entry shows them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.compose.retraction import plan_retraction, retract
from sayso_node.entries.erasure import erase, has_to_erase, remove_blobs
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.media.blob_store import open_blobs
from sayso_protocol.blob.cid import digest_of
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import verify_run
from sayso_storage.interface.store import Store

ONLY, SHARED, KEPT = b"in one post only", b"in two posts", b"in a post that stays"
LATER_MS = 2**41


@dataclass
class Reader:
    """Somebody's home, with the same files as everybody's."""

    home: Home
    store: Store

    def hold(self, data: bytes, *, pin: bool) -> Attachment:
        held = open_blobs(self.home).add(io.BytesIO(data), 7, pin=pin)
        return Attachment(held.cid, held.size, "image/png")

    def publish(self, *attached: Attachment) -> str:
        author = Author(self.home, self.store)
        return author.publish([Post("look", attach=attached)]).tip.hex()

    def hear(self, other: Reader) -> None:
        """Take in what the other has of its own and is not here."""
        own = other.store.own_feed()
        assert own is not None
        here = self.store.feed(own.feed)
        first = here.held[-1].last + 1 if here is not None and here.held else 1
        raw = other.store.load(own.feed, first, own.held[-1].last)
        assert raw is not None
        self.store.append([verify_run(raw)], LATER_MS)

    def follow(self, other: Reader) -> None:
        own = other.store.own_feed()
        assert own is not None and own.grant is not None
        self.store.follow(own.account, None, 1)
        self.store.add_grant(own.grant, 1)
        self.hear(other)

    def files_with(self, data: bytes) -> list[Path]:
        """The files of the home in which these bytes are."""
        return [
            path for path in self.home.path.rglob("*")
            if path.is_file() and data in path.read_bytes()
        ]  # fmt: skip


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[list[Reader]]:
    """Ann, and two who follow her."""
    made = [Home(tmp_path / name) for name in ("ann", "ben", "cid")]
    for home in made:
        create_account(home, home.path.name, None)
    with open_home(made[0]) as ann, open_home(made[1]) as ben, open_home(made[2]) as cid:
        yield [Reader(*one) for one in zip(made, (ann, ben, cid), strict=True)]


@long
def test_what_only_it_attached_is_gone_from_every_disk(homes: list[Reader]) -> None:
    ann, *followers = homes
    only, shared, kept = (ann.hold(data, pin=True) for data in (ONLY, SHARED, KEPT))
    entry = ann.publish(only, shared)
    ann.publish(shared, kept)
    for one in followers:
        one.follow(ann)
        for data in (ONLY, SHARED, KEPT):
            one.hold(data, pin=one is followers[0])
    for one in homes:
        assert len(one.files_with(ONLY)) == 1  # the control
    retract(ann.store, Author(ann.home, ann.store), plan_retraction(ann.store, [entry]))
    for one in followers:
        one.hear(ann)
    for one in homes:
        assert has_to_erase(one.store)
        assert erase(one.store)
        assert one.files_with(ONLY) == []
        assert digest_of(only.cid) not in open_blobs(one.home).pinned()
        assert len(one.files_with(SHARED)) == len(one.files_with(KEPT)) == 1
        assert one.store.let_go_blobs() == []


@long
def test_what_somebody_else_attached_too_stays_with_who_has_that(homes: list[Reader]) -> None:
    ann, ben, cid = homes
    only = ann.hold(ONLY, pin=True)
    entry = ann.publish(only)
    for one in (ben, cid):
        one.follow(ann)
        one.hold(ONLY, pin=False)
    ben.publish(only)
    retract(ann.store, Author(ann.home, ann.store), plan_retraction(ann.store, [entry]))
    for one in (ben, cid):
        one.hear(ann)
    for one in homes:
        assert erase(one.store)
    assert [len(one.files_with(ONLY)) for one in homes] == [0, 1, 0]


@long
def test_what_was_on_its_way_is_gone_too(homes: list[Reader]) -> None:
    ann, ben, _ = homes
    entry = ann.publish(only := ann.hold(ONLY, pin=True))
    ben.follow(ann)
    partial = open_blobs(ben.home).begin(only.cid, only.size)
    partial.write(0, ONLY)
    partial.close()
    assert len(ben.files_with(ONLY)) == 1
    retract(ann.store, Author(ann.home, ann.store), plan_retraction(ann.store, [entry]))
    ben.hear(ann)
    assert erase(ben.store)
    assert ben.files_with(ONLY) == []


@long
def test_a_crash_before_the_files_went_loses_nothing_of_it(
    homes: list[Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = homes[0]
    only = ann.hold(ONLY, pin=True)
    entry = ann.publish(only)
    retract(ann.store, Author(ann.home, ann.store), plan_retraction(ann.store, [entry]))

    def fail(_: Store) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sayso_node.entries.erasure.remove_blobs", fail)
        with pytest.raises(KeyboardInterrupt):
            erase(ann.store)
    assert len(ann.files_with(ONLY)) == 1
    with open_home(ann.home) as again:
        assert again.let_go_blobs() == [only.cid]
        remove_blobs(again)
    assert ann.files_with(ONLY) == []
