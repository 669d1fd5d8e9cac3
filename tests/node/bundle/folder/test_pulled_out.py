"""A stick that is pulled out at any moment: nothing in it is spoilt, and the next turn goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from tests.budget import long, rounds
from tests.node.support import Person

from sayso_node.bundle.folder import folder_limits, folder_writer, segment_writer
from sayso_node.bundle.folder.file_name import SegmentName
from sayso_node.errors import FolderError

from .stick import pulled_after, put, watched
from .support import circle, held, quiet, turn

Patch = pytest.MonkeyPatch
ALL = 10**6
"""More calls than a turn makes."""


@pytest.fixture(autouse=True)
def small_files(monkeypatch: Patch) -> None:
    """A feed of a few posts in several files, which are soon joined."""
    monkeypatch.setattr(segment_writer, "SEGMENT_BYTES", 2500)
    monkeypatch.setattr(folder_writer, "SMALL_BYTES", 1200)
    monkeypatch.setattr(folder_writer, "MAX_SMALL", 2)


def prepared(folder: Path) -> tuple[Person, Person]:
    """Two who follow each other; the first has taken some turns with the folder."""
    anna, bert = circle("anna", "bert")
    for text in ("one", "two", "three"):
        anna.post(text)
        turn(anna, folder)
    return anna, bert


def all_comes(folder: Path, anna: Person, bert: Person) -> None:
    """Both take turns until nothing moves any more: then both have all."""
    for _ in range(2):
        for person in (bert, anna):
            turn(person, folder)
    assert held(anna, bert) == held(bert, anna)
    assert bert.texts_of(anna) == anna.texts_of(anna)
    assert quiet(turn(anna, folder))
    assert quiet(turn(bert, folder))
    assert bert.store.check(None, lambda _: None).errors == ()


def is_torn(file: tuple[str, bytes | None]) -> bool:
    """Whether a file has its name and is not whole."""
    path, data = file
    name = SegmentName.parse(Path(path).name)
    return name is not None and data is not None and not name.is_for(data)


@pytest.mark.parametrize("syncs", [True, False])
def test_whatever_a_power_cut_leaves_is_gone_on_from(
    tmp_path: Path, monkeypatch: Patch, syncs: bool
) -> None:
    """Also where a stick says that it has written what it has not."""
    live = tmp_path / "live"
    live.mkdir()
    anna = Person("anna")
    with watched(live, monkeypatch, syncs=syncs) as log:
        for text in ("one", "two", "three", "four"):
            anna.post(text, "x" * 400)
            turn(anna, live)
    assert {what for what, *_ in log.calls} >= {"create", "mkdir", "rename", "unlink"}
    chance = Random(1)
    torn = 0
    for number in range(rounds(400, 24)):
        image = log.image(chance.randint(0, len(log.calls)), chance)
        folder = put(tmp_path / f"image{number}", image)
        bert, other = Person("bert"), anna
        bert.follow(anna)
        torn += sum(map(is_torn, image.items()))
        turn(bert, folder)
        turn(other, folder)
        turn(bert, folder)
        assert bert.texts_of(anna) == anna.texts_of(anna)
        assert bert.store.check(None, lambda _: None).errors == ()
        assert quiet(turn(other, folder)) or quiet(turn(other, folder))
        shutil.rmtree(folder)
    # What is synced before it has its name is whole; the control without that is torn at times.
    assert (torn == 0) == syncs


@long
def test_nothing_is_taken_back_that_was_there_before(tmp_path: Path, monkeypatch: Patch) -> None:
    """Segments go only when the one that takes their place is safe."""
    live = tmp_path / "live"
    live.mkdir()
    anna = Person("anna")
    marks = []
    with watched(live, monkeypatch) as log:
        for text in ("one", "two", "three", "four", "five"):
            anna.post(text)
            turn(anna, live)
            marks.append((len(log.calls), anna.held_of(anna)))
    chance = Random(2)
    for number in range(rounds(400, 24)):
        point = chance.randint(marks[0][0], len(log.calls))
        safe = max(count for at, count in marks if at <= point)
        folder = put(tmp_path / f"image{number}", log.image(point, chance))
        bert = Person("bert")
        bert.follow(anna)
        turn(bert, folder)
        assert bert.held_of(anna) >= safe
        shutil.rmtree(folder)


@long
@pytest.mark.parametrize("who", ["writer", "reader"])
def test_it_is_pulled_out_at_each_call(tmp_path: Path, monkeypatch: Patch, who: str) -> None:
    def pulled(calls: int) -> int:
        """Pull it out after so many calls of a turn; gives how many the turn made."""
        folder = tmp_path / f"stick{calls}"
        folder.mkdir()
        anna, bert = prepared(folder)
        anna.post("x" * 900, "four")
        with pulled_after(calls, monkeypatch) as made:
            try:
                turn(anna if who == "writer" else bert, folder)
            except FolderError as error:
                assert "sync again" in str(error)
                failed.append(calls)
        all_comes(folder, anna, bert)
        shutil.rmtree(folder)
        return made[0]

    failed: list[int] = []
    in_all = pulled(ALL)
    assert failed == []
    for calls in range(in_all):
        pulled(calls)
    assert len(failed) > in_all * 3 // 4  # of the rest nothing is needed, as of removing a draft


def test_the_limits_fit_together() -> None:
    assert folder_limits.SEGMENT_BYTES + (2 << 20) <= folder_limits.MAX_FILE
    assert folder_limits.SMALL_BYTES < folder_limits.SEGMENT_BYTES
