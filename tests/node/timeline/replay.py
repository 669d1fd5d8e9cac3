"""Real conversations as hundreds of accounts that also change, take back and vote; and what has to
come out of it on every node."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.testdata import data_file

from sayso_node.timeline.thread import thread
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import (
    Edit,
    KnownBody,
    Poll,
    Post,
    Reference,
    Retract,
    Vote,
    write_body,
)
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, sign_run
from sayso_storage.interface.store import Store

from ..support import seed_of

START_MS = 1_700_000_000_000
OPTIONS = ("tea", "milk", "gin")
FORGER = "forger"

Line = tuple[bytes, int, str | None, bool]
"""An entry of a conversation as it is shown: id, depth, text, and whether it was taken back."""


def posts_of(name: str, most: int) -> list[dict[str, Any]]:
    """The first posts of a file of conversations."""
    with gzip.open(data_file(f"{name}.jsonl.gz")) as lines:
        return [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]


class Device:
    """A feed of an account that signs one entry after the other; each is a piece of its own."""

    def __init__(self, name: str, device: str) -> None:
        account, after = (KeyPair.from_seed(seed_of(f"{name} {what}")) for what in ("is", "then"))
        self._feed = KeyPair.from_seed(seed_of(f"{name} {device}"))
        self._tip: bytes | None = None
        self._seq = 0
        self.grant = sign_grant(account, self._feed, next_key_hash(after.public))

    def write(self, body: KnownBody, time_ms: int) -> tuple[Reference, RawRun]:
        self._seq += 1
        run = sign_run(self._feed, self._seq, self._tip, [time_ms], [write_body(body)])
        raw = RawRun(run.feed, self._seq, run.previous, run.times, run.bodies, run.signatures)
        self._tip = run.tip
        return Reference(self.grant.account, run.feed, self._seq, run.tip), raw


@dataclass
class Said:
    """A post or a poll: who wrote it, what it answers, and its texts, the newest last, by the id of
    the entry that says them."""

    by: str
    name: Reference
    parent: bytes | None
    root: Reference
    texts: dict[bytes, str]


@dataclass
class Question:
    """A poll, and the votes of each account in the order of their time."""

    said: Said
    votes: dict[str, dict[bytes, int]] = field(default_factory=dict)


class Replay:
    """The conversations of a file, in which everybody has two devices: the desk writes posts, both
    change, vote and take back. `pieces` are the entries in the order of their time, `said`, `gone`
    and `tallies` what has to come out of them."""

    def __init__(self, posts: list[dict[str, Any]], accounts: int, seed: int = 5) -> None:
        self._chance = Random(seed)
        self._accounts = accounts
        self._clock_ms = START_MS
        self._lasting: set[bytes] = set()
        """Retractions, which cannot be taken back."""
        self._by_post: dict[str, Said] = {}
        self._made: list[Said] = []
        self._votes: dict[bytes, dict[str, dict[bytes, int]]] = {}
        """By poll and account, in the order of their time."""
        self.devices: dict[tuple[str, str], Device] = {}
        self.pieces: list[tuple[str, str, RawRun]] = []
        self.names: dict[bytes, Reference] = {}
        self.said: dict[bytes, Said] = {}
        self.gone: set[bytes] = set()
        self.edits: dict[bytes, bytes] = {}
        self.retractions: dict[bytes, bytes] = {}
        """What each edit and each retraction names, by its id; those by others left out."""
        for post in posts:
            self._post(post)
            self._more()

    # --- what comes out --------------------------------------------------------------------

    @property
    def lasting(self) -> set[bytes]:
        """What every node has to hold in full in the end."""
        return self.names.keys() - self.gone

    def tops(self) -> list[Reference]:
        return [one.name for one in self._made if one.parent is None]

    def tallies(self) -> dict[bytes, tuple[int, ...] | None]:
        """The counts of each poll; None where it was taken back."""
        found: dict[bytes, tuple[int, ...] | None] = {}
        for poll, by_account in self._votes.items():
            counts = [0] * len(OPTIONS)
            for votes in by_account.values():
                standing = [choice for vote, choice in votes.items() if vote not in self.gone]
                for choice in standing[-1:]:
                    counts[choice] += 1
            found[poll] = None if poll in self.gone else tuple(counts)
        return found

    # --- what is done ----------------------------------------------------------------------

    def _write(self, who: str, device: str, body: KnownBody) -> Reference:
        self._clock_ms += 10
        signer = self.devices.setdefault((who, device), Device(who, device))
        name, raw = signer.write(body, self._clock_ms)
        self.pieces.append((who, device, raw))
        self.names[name.id] = name
        return name

    def _any_device(self) -> str:
        return self._chance.choice(("desk", "phone"))

    def _post(self, post: dict[str, Any]) -> None:
        above = self._by_post.get(str(post.get("reply_to")))
        who = post.get("author") or str(int(post["id"]) % self._accounts)
        text = post["text"][:500]
        body = Post(text)
        if above is not None:
            version = next(reversed(above.texts))
            body = Post(
                text,
                reply=above.name,
                root=None if above.root == above.name else above.root,
                reply_version=None if version == above.name.id else version,
            )
        name = self._write(who, "desk", body)
        parent, root = (None, name) if above is None else (above.name.id, above.root)
        self._by_post[post["id"]] = self._note(Said(who, name, parent, root, {name.id: text}))

    def _note(self, said: Said) -> Said:
        self.said[said.name.id] = said
        self._made.append(said)
        return said

    def _more(self) -> None:
        """Whatever else is done after a post: each sort now and then."""
        chance = self._chance
        if chance.random() < 0.2:
            self._edit(chance.choice(self._made[-40:]))
        if chance.random() < 0.03:
            self._ask(chance.choice(self._made).by)
        if self._votes and chance.random() < 0.4:
            self._vote(chance.choice(list(self._votes)), chance.choice(self._made[:30]).by)
        if chance.random() < 0.15:
            self._take_back(chance.choice(list(self.names)[-60:]))

    def _edit(self, said: Said) -> None:
        """An edit; one in four is by somebody who did not write what it changes."""
        text = f"edit {len(self.pieces)}"
        body = Edit(said.name, self.names[next(reversed(said.texts))], text)
        if self._chance.random() < 0.25:
            self._write(FORGER, "desk", body)
            return
        name = self._write(said.by, self._any_device(), body)
        self.edits[name.id] = said.name.id
        said.texts[name.id] = text
        if said.name.id in self.gone:
            self.gone.add(name.id)

    def _ask(self, who: str) -> None:
        text = f"which? {len(self.pieces)}"
        name = self._write(who, "desk", Poll(text, OPTIONS))
        self._note(Said(who, name, None, name, {name.id: text}))
        self._votes[name.id] = {}

    def _vote(self, poll: bytes, who: str) -> None:
        choice = self._chance.randrange(len(OPTIONS))
        name = self._write(who, self._any_device(), Vote(self.names[poll], (choice,)))
        self._votes[poll].setdefault(who, {})[name.id] = choice

    def _take_back(self, entry_id: bytes) -> None:
        """Take back a post with its edits, an edit alone, a poll or a vote; one in five tries is
        by somebody else. A retraction stays."""
        name = self.names[entry_id]
        who = self._author_of(name)
        if self._chance.random() < 0.2:
            self._lasting.add(self._write(FORGER, "desk", Retract((name,))).id)
            return
        said = self._write(who, self._any_device(), Retract((name,)))
        self._lasting.add(said.id)
        if entry_id in self._lasting:
            return
        self.retractions[said.id] = entry_id
        self.gone.add(entry_id)
        self.gone |= {edit for edit, of in self.edits.items() if of == entry_id}
        if entry_id in self.edits:
            self.said[self.edits[entry_id]].texts.pop(entry_id, None)

    def _author_of(self, name: Reference) -> str:
        return next(
            who for (who, _), one in self.devices.items() if one.grant.account == name.account
        )


def read(store: Store, top: Reference) -> list[Line]:
    """A conversation as it is shown."""
    entry = store.entry(top.id)
    assert entry is not None
    return [
        (one.reference.id, one.depth or 0, one.text, one.taken_back) for one in thread(store, entry)
    ]


def check_threads(replay: Replay, store: Store) -> dict[bytes, list[Line]]:
    """The conversations of a store, each of which has the right links, texts and marks."""
    found = {top.id: read(store, top) for top in replay.tops()}
    seen = Counter[bytes]()
    for lines in found.values():
        above: list[bytes] = []
        for entry_id, depth, text, taken_back in lines:
            del above[depth:]
            said = replay.said[entry_id]
            assert taken_back == (entry_id in replay.gone)
            if taken_back:  # what it answered is gone with it
                assert text is None
            else:
                assert text == next(reversed(said.texts.values()))
                assert said.parent == (above[-1] if above else None)
            above.append(entry_id)
            seen[entry_id] += 1
    assert set(seen.values()) <= {1}
    answered = {said.parent for one, said in replay.said.items() if one not in replay.gone}
    tops = {top.id for top in replay.tops()}
    must = {one for one in replay.said if one not in replay.gone or one in answered or one in tops}
    assert seen.keys() == must
    return found


def check_tallies(replay: Replay, store: Store) -> None:
    """Each poll has the right counts."""
    while store.count_votes():
        pass
    for poll, counts in replay.tallies().items():
        tally = store.tally(poll)
        assert (None if tally is None else tally.counts) == counts
