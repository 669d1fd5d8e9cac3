"""Posts as they arrive, of whoever is followed, in the order in which they came."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.home.directory import Home
from sayso_node.timeline import watch as module
from sayso_node.timeline.reader import TimelineReader, TimelineRequest
from sayso_node.timeline.watch import Watch
from sayso_protocol.content.body import Poll, Post, React, Reference
from sayso_protocol.crypto.keys import key_text

from ..support import Person


@pytest.fixture
def ann() -> Person:
    return Person("ann")


def watch(ann: Person, tmp_path: Path, **asked: str | int) -> Watch:
    request = TimelineRequest(50, **asked)  # type: ignore[arg-type]
    return TimelineReader(ann.store, Home(tmp_path)).watch(request)


def seen(watching: Watch) -> list[str | None]:
    return [item.text for item in watching.look()]


def test_what_was_there_before_is_not_seen(ann: Person, tmp_path: Path) -> None:
    run = ann.post("before")
    watching = watch(ann, tmp_path)
    assert seen(watching) == []
    on = Reference(ann.account, ann.feed, run.last, run.tip)
    ann.publish([Post("one"), React(on, "x"), Poll("two?", ("a", "b"))])
    assert seen(watching) == ["one", "two?"]
    assert seen(watching) == []
    ann.post("three")
    assert seen(watching) == ["three"]


def test_only_what_was_asked_for_is_seen(ann: Person, tmp_path: Path) -> None:
    ben = Person("ben")
    ann.follow(ben)
    ann.store.add_grant(ben.grant)
    of_ben = watch(ann, tmp_path, author=key_text(ben.account))
    tagged = watch(ann, tmp_path, tag="Rain")
    ann.publish([Post("mine", tags=("rain",))])
    ann.store.append([ben.publish([Post("his")])], 1)
    assert (seen(of_ben), seen(tagged)) == (["his"], ["mine"])


def test_many_at_once_are_all_seen(
    ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 3)
    watching = watch(ann, tmp_path)
    texts = [str(n) for n in range(10)]
    ann.post(*texts)
    assert seen(watching) == texts


def test_a_watch_can_begin_where_a_page_was_read(ann: Person, tmp_path: Path) -> None:
    ann.post("before")
    arrival = ann.store.last_arrival()
    ann.post("after", "and later")
    reader = TimelineReader(ann.store, Home(tmp_path))
    assert seen(reader.watch(TimelineRequest(50), arrival)) == ["after", "and later"]
    assert seen(reader.watch(TimelineRequest(50), 0)) == ["before", "after", "and later"]
