"""Nobody else decides: no traffic changes a rule, a view, a subscription, or how what is held is
shown. Hostile authors, some of them followed, write whatever the format lets them; hostile peers
say whatever they like. The controls are nodes that let somebody else decide.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.node.support import Person, in_sync, join, running, until

from sayso_node import judging
from sayso_node.choice.choosing import Choice, chosen_timeline
from sayso_node.choice.facts import Gatherer
from sayso_node.choice.file import load_rules
from sayso_node.home import Home
from sayso_node.names import Names
from sayso_protocol.body import Follow, Label, Post, Unknown, View, read_body
from sayso_protocol.keys import key_text
from sayso_storage.interface import Store, TimelineQuery
from sayso_storage.sqlite import SqliteStore, open_store

from .strangers import Strangers

ROUNDS = 8
NOW_MS = 1_900_000_000_000
"""The clock of all verdicts: what changes while time goes on is no stranger's doing."""

RULES = """
[[rule]]
name = "allowed"
action = "allow"
words = "beans"
through = false
[[rule]]
action = "hide"
words = ["casino", "free money"]
through = false
[[rule]]
action = "hide"
label = ["spam", "casino", "bad@{eve}"]
[[rule]]
action = "hide"
list = ["bad@{eve}", "spam@{mallory}"]
[[rule]]
action = "fold"
account = "{oscar}"
words = "cats"
through = false
[[rule]]
action = "boost"
points = 9
label = "rude@{eve}"
[[rule]]
action = "store"
kind = "rule"
"""
VIEWS = '[views.newest]\nabout = "mine"\nexpression = "0"\n'


class Decided(AssertionError):
    """Somebody else did."""


class Owner:
    """Robin's home, and everything in it that is his alone to change."""

    def __init__(self, path: Path, people: list[Person], followed: list[Person]) -> None:
        self.home = Home(path)
        self.home.prepare()
        keys = {one.name: key_text(one.account) for one in people}
        self._write("filters.toml", RULES.format(**keys))
        self._write("views.toml", VIEWS)
        self.store = open_store(self.home.store)
        self.person = Person("robin", self.store)
        for one in followed:
            self.store.follow(one.account, one.name, NOW_MS)
        self._own = self._decisions()
        self._shown: dict[bytes, tuple] = {}
        self.seen = 0

    def _write(self, name: str, text: str) -> None:
        (self.home.path / name).write_text(text)
        (self.home.path / name).chmod(0o600)

    def _decisions(self) -> tuple:
        files = {
            one.name: one.read_bytes()
            for one in self.home.path.iterdir()
            if not one.name.startswith("store.sqlite")
        }
        return files, self.store.subscriptions(), load_rules(self.home)

    def has_all_of(self, people: list[Person]) -> bool:
        return all(self.person.held_of(one) == one.held_of(one) for one in people)

    def look(self) -> None:
        """Raises `Decided` where anything is otherwise than the owner has decided, or than it
        was when it was seen first."""
        if self._decisions() != self._own:
            raise Decided("a file or a subscription")
        now = self._verdicts()
        for entry_id in now.keys() & self._shown.keys():
            if now[entry_id] != self._shown[entry_id]:
                raise Decided(f"{entry_id.hex()}: {self._shown[entry_id]}, {now[entry_id]}")
        self._shown |= now
        self.seen = len(self._shown)

    def _verdicts(self) -> dict[bytes, tuple]:
        """What is made of each held entry: by the rules, and in what `read` shows."""
        choice = Choice(self.store, load_rules(self.home), NOW_MS)
        query = TimelineQuery(10**6)
        shown = {item["id"] for item in chosen_timeline(self.store, query, choice)}
        held = self.store.arrived_after(0, 10**6)
        verdicts = choice.judge(held)
        return {
            entry.id: (
                entry.id.hex() in shown,
                *(rule and rule.title for rule in (one.show, one.boost, one.carry, one.allow)),
                Names(self.store).of(entry.account).petname,
            )
            for entry, one in zip(held, verdicts, strict=True)
        }


async def siege(path: Path, seed: int) -> Owner:
    """Traffic of all kinds, and a look at the owner's choices again and again."""
    ben, mallory, oscar, eve = people = [Person(n) for n in ("ben", "mallory", "oscar", "eve")]
    owner = Owner(path, people, [ben, mallory, oscar])
    hostile = [mallory, oscar, eve]
    for one in hostile:
        for other in people:
            if one is not other:
                one.follow(other)
    ben.post("hello beans", "casino", "cats")
    engines = {one.name: one.engine() for one in people}
    mine = owner.person.engine()
    strangers = Strangers(seed, hostile, owner.person)
    async with running(mine, *engines.values()) as nursery:
        for engine in engines.values():
            join(nursery, mine, engine)
        await in_sync(mine, engines["ben"])
        for number in range(ROUNDS):
            strangers.ruthless = number >= ROUNDS - 3
            for one in hostile:
                strangers.write(one, 8)
                await engines[one.name].refresh_own()
                await strangers.harass(nursery, mine, 25)
            ben.post(f"casino and beans {number}", f"hello {number}", f"cats {number}")
            await engines["ben"].refresh_own()
            await until(partial(owner.has_all_of, people[: 1 if strangers.ruthless else 3]))
            owner.look()
    assert mine.court.stats.refused > 0
    return owner


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_else_decides(seed: int, tmp_path: Path) -> None:
    owner = await siege(tmp_path / "home", seed)
    bodies = [read_body(one.body) for one in owner.store.arrived_after(0, 10**6) if one.body]
    kinds = {type(body) for body in bodies}
    assert {Post, Label, Follow, View, Unknown} <= kinds, "too little has come in"
    assert owner.seen > 100
    assert owner.store.check(None, lambda _: None).errors == ()
    owner.store.close()


# --- the controls -------------------------------------------------------------------------


def labels_of_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that believes labels of labellers whom nobody subscribed to."""
    plain = Gatherer.facts_of

    def facts_of(self: Gatherer, entries):
        found, said = plain(self, entries), dict[bytes, set[str]]()
        for one in self._store.arrived_after(0, 10**6):
            label = read_body(one.body) if one.body else None
            if isinstance(label, Label) and not label.off:
                for on in label.entries:
                    said.setdefault(on.id, set()).add(f"{label.name}@{key_text(one.account)}")
        for facts, entry in zip(found, entries, strict=True):
            facts.__dict__["labels"] = tuple(sorted(said.get(entry.id, ())))
        return found

    monkeypatch.setattr(Gatherer, "facts_of", facts_of)


def on_arrival(monkeypatch: pytest.MonkeyPatch, heed: Callable[[Store, object], None]) -> None:
    """A node that does something because of an entry that it has taken in."""
    plain = judging.judge

    def judge(store: Store, *given):
        before = store.last_arrival()
        outcomes = plain(store, *given)
        for entry in store.arrived_after(before):
            heed(store, read_body(entry.body) if entry.body else None)
        return outcomes

    monkeypatch.setattr(judging, "judge", judge)


def follows_whom_they_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    def heed(store: Store, body: object) -> None:
        if isinstance(body, Follow):
            store.follow(body.account, None, NOW_MS)

    on_arrival(monkeypatch, heed)


def takes_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that adds to its file what an entry of some kind might ask for."""

    def heed(store: Store, body: object) -> None:
        if not isinstance(store, SqliteStore):
            return  # one of the others
        if isinstance(body, Unknown) and body.kind in ("rule", "filter", "mute", "block"):
            path = Path(store._database.path).with_name("filters.toml")
            path.write_text(path.read_text() + "[[rule]]\naction = 'hide'\nwords = 'hello'\n")

    on_arrival(monkeypatch, heed)


@pytest.mark.parametrize("bug", [labels_of_anybody, follows_whom_they_follow, takes_orders])
async def test_a_node_that_lets_others_decide_is_found_out(
    bug: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    with pytest.raises(BaseExceptionGroup) as caught:
        await siege(tmp_path / "home", 1)
    assert caught.group_contains(Decided)
