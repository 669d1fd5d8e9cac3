"""Who shares much with others and acts at other times than they is not in step with them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.budget import long
from tests.farm import DAY, MINUTE, START, MadeUp, fans, farm, in_order, readers, strangers
from tests.protocol.coordination.test_detector import detect, flagged

from sayso_protocol.coordination import items
from sayso_protocol.coordination.observation import Act, Channel, Coincidence
from sayso_protocol.coordination.pairs import Pairs
from sayso_protocol.limits import APART_MILLIBITS, APART_MS, IN_STEP_MS

HOUR = 60 * MINUTE


@long
def test_fans_of_the_same_accounts_are_told_from_a_farm(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = in_order(strangers(100, 30) + fans(30, 0.2))
    assert len(flagged(detect(posts))) <= 3
    # Where nothing speaks against it, what they do near each other makes most of them suspects.
    monkeypatch.setattr(items, "APART_MS", IN_STEP_MS)
    assert len(flagged(detect(posts))) >= 15


@long
def test_in_step_in_all_that_is_shared_and_in_a_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = in_order(strangers(200, 30) + shared("mira", "odo", apart=0) + shared("a", "b", apart=9))
    assert flagged(detect(both)) == {"mira", "odo"}
    monkeypatch.setattr(items, "APART_MILLIBITS", 0)
    assert flagged(detect(both)) == {"mira", "odo", "a", "b"}


def test_the_same_thing_done_again_nearer_is_in_step() -> None:
    one, two = Act(b"one", b"1", START, START), Act(b"two", b"2", START + HOUR, START + HOUR)
    met, pairs = Coincidence(Channel.TAG, b"tag", two, one, 4000), Pairs()
    far = met._replace(millibits=-APART_MILLIBITS)
    for found in (far, met, far):
        pairs.add(found)
    assert [its for _, its in pairs] == [[met]]


@long
def test_whom_it_wrongs_is_known() -> None:
    """What docs/propaganda.md warns of: who acts within minutes on most things is in step."""
    eager = in_order(strangers(100, 30) + fans(30, 0.2, delay=15))
    assert len(flagged(detect(eager))) >= 20
    trolls = [replace(one, text="", reposts=task(one)) for one in farm(12, 40)]
    rarely, often = readers(trolls, 20, 0.05), readers(trolls, 20, 0.3)
    for audience, least, most in ((rarely, 0, 5), (often, 15, 20)):
        found = flagged(detect(in_order(strangers(150, 30) + trolls + audience)))
        assert len({one.author for one in trolls} & found) == 12
        assert least <= len({one.author for one in audience} & found) <= most


def task(one: MadeUp) -> str:
    """What all of a farm pass on, or what one of it does alone."""
    return f"task{one.id.partition('-')[2]}" if one.id.startswith("t") else one.id


def shared(one: str, two: str, *, apart: int) -> list[MadeUp]:
    """Four things that two did within two minutes, and others that they did hours apart."""
    chance = random.Random(5)
    made = []
    for number in range(4 + apart):
        at = START + number * DAY
        far = chance.randrange(APART_MS + HOUR, IN_STEP_MS)
        lags = (0, number % 2 * 2 * MINUTE if number < 4 else far)
        for name, lag in zip((one, two), lags, strict=True):
            item = f"{one}{number}"
            made.append(MadeUp(name, f"{name}{number}", at + lag, "", reposts=item))
    return made
