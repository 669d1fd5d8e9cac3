"""Real conversations as hundreds of accounts, with edits thrown in, on several nodes: each thread
is the same, link by link and word by word, whatever the order in which its entries came."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.budget import long
from tests.testdata import data_file

from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.timeline.thread import conversation
from sayso_protocol.content.body import Edit, KnownBody, Post, Reference, write_body
from sayso_protocol.feed.run import RawRun, Run, sign_run, verify_run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ..support import Person

START_MS = 1_700_000_000_000
LATE_MS = 2**41
NODES = 3
TOGETHER = 500

pytestmark = pytest.mark.data


class Writer:
    """An account that signs one entry after the other; each is a piece of its own."""

    def __init__(self, name: str) -> None:
        self._person = Person(name)
        self._tip: bytes | None = None
        self._seq = 0
        self.grant = self._person.grant

    def write(self, body: KnownBody, time_ms: int) -> tuple[Reference, RawRun]:
        self._seq += 1
        key = self._person.feed_key
        run = sign_run(key, self._seq, self._tip, [time_ms], [write_body(body)])
        raw = RawRun(run.feed, self._seq, run.previous, run.times, run.bodies, run.signatures)
        self._tip = run.tip
        return Reference(self._person.account, run.feed, self._seq, run.tip), raw


class Replay:
    """The conversations of a file: `parents` and `texts` are what has to come out."""

    def __init__(self, posts: list[dict[str, Any]], accounts: int) -> None:
        chance = Random(5)
        self.writers: dict[str, Writer] = {}
        self.pieces: list[RawRun] = []
        self.parents: dict[bytes, bytes | None] = {}
        self.texts: dict[bytes, str] = {}
        self.made: dict[str, Reference] = {}
        self._roots: dict[str, Reference] = {}
        self._edited: dict[bytes, Reference] = {}
        for number, post in enumerate(posts):
            who = self._writer(post, accounts)
            self._post(who, post, START_MS + 10 * number)
            if chance.random() < 0.2:
                self._edit(chance, posts[chance.randrange(number + 1)], accounts, number)

    def _writer(self, post: dict[str, Any], accounts: int) -> Writer:
        """By the author that a post names, or else one of so many."""
        name = post.get("author") or str(int(post["id"]) % accounts)
        return self.writers.setdefault(name, Writer(name))

    def _post(self, who: Writer, post: dict[str, Any], time_ms: int) -> None:
        parent = post.get("reply_to")
        above = self.made.get(str(parent))
        root = None if above is None else self._roots[str(parent)]
        version = None if above is None else self._edited.get(above.id)
        text = post["text"][:500]
        body = Post(
            text,
            reply=above,
            root=None if root == above else root,
            reply_version=None if version is None else version.id,
        )
        name, raw = who.write(body, time_ms)
        self.pieces.append(raw)
        self.made[post["id"]] = name
        self._roots[post["id"]] = root or name
        self.parents[name.id] = None if above is None else above.id
        self.texts[name.id] = text

    def _edit(self, chance: Random, post: dict[str, Any], accounts: int, number: int) -> None:
        """An edit of an earlier post; one in four is by somebody who did not write it."""
        of, time_ms = self.made[post["id"]], START_MS + 10 * number + 5
        text = f"edit {number}"
        is_forged = chance.random() < 0.25
        who = self._writer(post, accounts)
        if is_forged:
            who = self.writers.setdefault("forger", Writer("forger"))
        name, raw = who.write(Edit(of, self._edited.get(of.id, of), text), time_ms)
        self.pieces.append(raw)
        if not is_forged:
            self.texts[of.id] = text
            self._edited[of.id] = name

    def tops(self) -> Iterator[Reference]:
        return (name for name in self.made.values() if self.parents[name.id] is None)


def read(store: Store, top: Reference) -> list[tuple[bytes, int, str | None]]:
    """Id, depth and text of each entry of a conversation."""
    entry = store.entry(top.id)
    assert entry is not None
    spots = conversation(store, entry)
    items = load_items(store, Names(store), [one.entry for one in spots if one.entry is not None])
    assert len(items) == len(spots)
    return [(one.name.id, one.depth, item.text) for one, item in zip(spots, items, strict=True)]


def take_in(store: Store, replay: Replay, pieces: list[Run]) -> None:
    for one in replay.writers.values():
        store.follow(one.grant.account, None, 1)
        store.add_grant(one.grant)
    for start in range(0, len(pieces), TOGETHER):
        store.append(pieces[start : start + TOGETHER], LATE_MS)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("threads_rumoureval", 300),
        pytest.param("threads_rumoureval", 4000, marks=long),
        pytest.param("threads_irc", 1500, marks=long),
    ],
)
def test_threads_are_the_same_whatever_came_first(tmp_path: Path, name: str, most: int) -> None:
    with gzip.open(data_file(f"{name}.jsonl.gz")) as lines:
        posts = [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]
    replay = Replay(posts, accounts=200)
    pieces = [verify_run(raw) for raw in replay.pieces]
    found = []
    for node in range(NODES):
        order = pieces if node == 0 else Random(node).sample(pieces, len(pieces))
        with open_store(tmp_path / f"{node}.sqlite") as store:
            take_in(store, replay, order)
            found.append({top.id: read(store, top) for top in replay.tops()})
    assert found[0] == found[1] == found[2]
    seen = Counter[bytes]()
    for items in found[0].values():
        above: list[bytes] = []
        for entry_id, depth, text in items:
            del above[depth:]
            assert replay.parents[entry_id] == (above[-1] if above else None)
            assert replay.texts[entry_id] == text
            above.append(entry_id)
            seen[entry_id] += 1
    assert seen == Counter(replay.texts.keys())
