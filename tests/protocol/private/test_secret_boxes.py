"""Into which box a pair writes on a day, and into which ones it looks."""

from __future__ import annotations

import pytest

from sayso_protocol.letters.box import pair_key, secret_box
from sayso_protocol.private import secret_boxes
from sayso_protocol.private.peer import Peer
from sayso_protocol.private.private_limits import DAY_MS, PEEK_DAYS, TICKET_MS
from sayso_protocol.private.secret_boxes import SecretBoxes

TODAY = 20_000
NOW_MS = TODAY * DAY_MS + 5
SECRET, OTHER = b"s" * 32, b"o" * 32
TICKET_DAYS = TICKET_MS // DAY_MS


def box(day: int, direction: int, secret: bytes = SECRET) -> bytes:
    return secret_box(pair_key(secret, day, direction).public)


def peer(given_ms: int = NOW_MS, direction: int = 0, secret: bytes = SECRET) -> Peer:
    """A device that was given a pair secret at this time."""
    one = Peer(b"a" * 32, b"f" * 32)
    one.add_ticket(secret, direction, given_ms, is_known=True)
    return one


def days_read(one: Peer, now_ms: int, *, days: range, way: int = 1) -> list[int]:
    """Of these days those in whose boxes is looked."""
    found = SecretBoxes().to_read([one], now_ms)
    by_name = {box(day, way): day for day in days}
    assert found.keys() <= by_name.keys(), "a box of no such day"
    assert all(which == (one, one.tickets[0]) for which in found.values())
    return sorted(by_name[name] for name in found)


@pytest.mark.parametrize("direction", [0, 1])
def test_who_writes_in_one_direction_reads_in_the_other(direction: int) -> None:
    one = peer(direction=direction)
    boxes = SecretBoxes()
    assert boxes.to_write(one.tickets[0], TODAY) == box(TODAY, direction)
    read = boxes.to_read([one], NOW_MS)
    assert box(TODAY, 1 - direction) in read and box(TODAY, direction) not in read


@pytest.mark.parametrize(
    ("age", "first", "last"),
    [
        (0, -1, 1),  # clocks differ
        (1, -2, 1),
        (TICKET_DAYS, -TICKET_DAYS - 1, 1),
        (TICKET_DAYS + 1, -TICKET_DAYS - 2, 0),  # nobody lays down any more
        (PEEK_DAYS - 2, -PEEK_DAYS + 1, TICKET_DAYS + 1 - PEEK_DAYS + 2),
        (PEEK_DAYS + 5, -PEEK_DAYS, TICKET_DAYS + 1 - PEEK_DAYS - 5),
        (PEEK_DAYS + TICKET_DAYS, -PEEK_DAYS, -PEEK_DAYS + 1),
    ],
)
def test_the_days_on_which_something_may_lie_there(age: int, first: int, last: int) -> None:
    one = peer(NOW_MS - age * DAY_MS)
    days = range(TODAY - 80, TODAY + 80)
    found = days_read(one, NOW_MS, days=days)
    assert found == [*range(TODAY + first, TODAY + last + 1)]


@pytest.mark.parametrize(("now_ms", "last"), [(0, 1), (DAY_MS - 1, 1), (DAY_MS, 2)])
def test_there_is_no_day_before_the_first(now_ms: int, last: int) -> None:
    assert days_read(peer(now_ms), now_ms, days=range(9)) == [*range(last + 1)]


def test_boxes_come_with_the_key_that_opens_them() -> None:
    peers = [peer(), peer(secret=OTHER)]
    keys = SecretBoxes().keys(peers, NOW_MS)
    assert set(keys) == set(SecretBoxes().to_read(peers, NOW_MS)) and len(keys) == 6
    assert all(secret_box(key.public) == name for name, key in keys.items())
    assert SecretBoxes().keys([], NOW_MS) == {}


def test_each_key_is_made_once_and_kept_while_it_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[bytes, int, int]] = []

    def noting(*name: int) -> object:
        made.append(name)
        return pair_key(*name)

    monkeypatch.setattr(secret_boxes, "pair_key", noting)
    boxes = SecretBoxes()
    ann, ben = peer(), peer(secret=OTHER)
    first = boxes.keys([ann, ben], NOW_MS)
    assert boxes.keys([ann, ben], NOW_MS) == first
    assert len(made) == len(set(made)) == 6
    assert boxes.keys([ann, ben], NOW_MS + DAY_MS).keys() - first.keys() == {
        box(TODAY + 2, 1), box(TODAY + 2, 1, OTHER)
    }  # fmt: skip
    assert len(made) == 8
    boxes.to_read([ben], NOW_MS)
    boxes.to_read([ann], NOW_MS)
    assert len(made) > 8, "a key that nobody looked for was kept"
