"""The second look: who is found among accounts that were found, and who is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from tests.budget import long, some
from tests.farm import DAY, MINUTE, START, MadeUp, farm, in_order, strangers
from tests.protocol.coordination.test_detector import FLAG, detect, flagged

from sayso_protocol.coordination import detector

HOUR = 60 * MINUTE
FARM = [f"troll{number}" for number in range(12)]


def home(*others: list[MadeUp]) -> list[MadeUp]:
    """A found farm among strangers, and others."""
    return in_order([*strangers(200, 30), *farm(12, 8), *(one for its in others for one in its)])


def meeting(
    name: str, things: int, lag: Callable[[int], int], among: Sequence[str] = FARM
) -> list[MadeUp]:
    """Tags that an account used so long after one of the others, another one each time."""
    made = []
    for number in range(things):
        at = START + (2 + number) * DAY
        for author, when in ((among[number % len(among)], at), (name, at + lag(number))):
            tags = (f"{name}{number}",)
            made.append(MadeUp(author, f"{name}-{author}-{number}", when, "", tags=tags))
    return made


def by_turns(number: int) -> int:
    return (1 if number % 2 else -1) * MINUTE


def test_who_meets_each_of_a_farm_once_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = home(meeting("odd", 6, by_turns))
    finder = detect(posts)
    assert flagged(finder) == {*FARM, "odd"}
    monkeypatch.setattr(detector, "with_midst", lambda evidence, pairs: evidence)
    assert flagged(finder) == set(FARM)


def test_what_it_did_can_be_opened() -> None:
    finder = detect(home(meeting("odd", 6, by_turns)))
    (found,) = [it for it in finder.findings() if b"odd" in dict(it.accounts)]
    assert dict(found.accounts)[b"odd"] >= FLAG and b"troll3" in dict(found.accounts)
    named = {act.entry.decode() for act in found.entries}
    assert {f"odd-odd-{number}" for number in range(6)} <= named
    assert {f"odd-troll{number}-{number}" for number in range(6)} <= named
    scores = finder.entry_scores()
    assert all(scores[b"odd-odd-%d" % number] >= FLAG for number in range(6))


def test_readers_of_a_farm_and_who_is_copied_by_it_are_not_found() -> None:
    reader = meeting("reader", 6, lambda _: MINUTE)
    copied = meeting("copied", 6, lambda _: -MINUTE)
    finder = detect(home(reader, copied))
    assert flagged(finder) == set(FARM)
    assert not {b"reader", b"copied"} & finder.scores().keys()


def apart(name: str, things: int) -> list[MadeUp]:
    """Entries that an account passed on hours after one of the farm had done so."""
    made = []
    for number in range(things):
        at, item = START + number * DAY, f"{name}-far{number}"
        made.append(MadeUp(FARM[number], f"{item}-first", at, "", reposts=item))
        made.append(MadeUp(name, item, at + 5 * HOUR, "", reposts=item))
    return made


OTHERS = ("ann", "bo", "cleo")
FEW = {
    "two things": meeting("odd", 2, by_turns),
    "with accounts that were not found": meeting("odd", 6, by_turns, OTHERS),
    "as much was done apart": meeting("odd", 6, by_turns) + apart("odd", 12),
}


@long
@pytest.mark.parametrize("met", some(FEW.values(), 1), ids=FEW)
def test_too_little_to_be_found(met: list[MadeUp]) -> None:
    assert flagged(detect(home(met))) == set(FARM)


@long
def test_who_is_found_at_the_second_look_makes_nobody_found() -> None:
    amid = [*meeting("odd", 6, by_turns), *meeting("eve", 6, by_turns)]
    chain = home(amid, meeting("kim", 4, by_turns, ("odd", "eve")))
    assert flagged(detect(chain)) == {*FARM, "odd", "eve"}
    straight = home(meeting("kim", 4, by_turns, FARM[:2]))
    assert flagged(detect(straight)) == {*FARM, "kim"}
