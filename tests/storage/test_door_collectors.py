"""Letters at doors, which wait for each device that collects there: what both backends do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.letters.admission import DEFAULT_LIMITS, CarrierLimits, Lane, LaneBounds
from sayso_protocol.letters.box import letter_id
from sayso_protocol.letters.letter_frames import LetterState
from sayso_protocol.letters.letter_limits import COLLECTOR_DAYS, LEFT_DAYS, MAX_COLLECTORS
from sayso_storage.interface.carried_letters import CarriedLetters, Collector, Held, Offer
from sayso_storage.memory.carried_letters import MemoryCarriedLetters
from sayso_storage.sqlite.carried import SqliteCarriedLetters
from sayso_storage.sqlite.carried.carried_letters import APPLICATION_ID, LAYOUTS
from sayso_storage.sqlite.file.side_database import SideDatabase

TODAY = 20_000
DOOR = b"d" * 16
ACCOUNT = b"A" * 32
PHONE, TABLET, LAPTOP = (Collector(ACCOUNT, bytes([n]) * 32) for n in range(1, 4))
CARRIED, DELIVERED = LetterState.CARRIED, LetterState.DELIVERED
NOTHING = Held(0, 0, 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "carried.db"


@pytest.fixture(params=["memory", "sqlite"])
def letters(request: pytest.FixtureRequest, file: Path) -> Iterator[CarriedLetters]:
    made: CarriedLetters = (
        MemoryCarriedLetters() if request.param == "memory" else SqliteCarriedLetters(file)
    )
    yield made
    made.close()


def sealed(number: int) -> bytes:
    return random.Random(number).randbytes(512)


def name(number: int) -> bytes:
    return letter_id(DOOR, sealed(number))


def take(
    letters: CarriedLetters,
    number: int,
    *,
    network: str = "",
    today: int = TODAY,
    limits: CarrierLimits = DEFAULT_LIMITS,
) -> LetterState:
    offer = Offer("peer", network or str(number), DOOR, Lane.PAID, sealed(number))
    return letters.take(offer, today, limits)


def collect(letters: CarriedLetters, device: Collector, today: int = TODAY) -> list[bytes]:
    """As a device does that comes: all that it is given is erased."""
    letters.note_collector(device, today)
    rows = letters.read([DOOR], 0, 1000, device)
    found = [one.letter.letter for one in rows]
    said = letters.erase([letter_id(DOOR, one) for one in found], today, device)
    assert set(said) <= {DELIVERED}
    return found


def test_each_device_has_each_letter_once_and_then_it_is_gone(letters: CarriedLetters) -> None:
    for device in (PHONE, TABLET, LAPTOP):
        assert collect(letters, device) == []
    take(letters, 1)
    take(letters, 2)
    for device in (PHONE, TABLET):
        assert collect(letters, device) == [sealed(1), sealed(2)]
        assert collect(letters, device) == []
        assert letters.states([name(1)]) == (DELIVERED,), "its sender hears that somebody has it"
        assert letters.held().letters == 2
    assert take(letters, 1) is LetterState.KNOWN
    assert collect(letters, LAPTOP) == [sealed(1), sealed(2)]
    assert letters.held() == NOTHING
    assert letters.states([name(1)]) == (DELIVERED,)


def test_a_letter_waits_for_no_device_that_never_came_or_of_others(
    letters: CarriedLetters,
) -> None:
    letters.note_collector(Collector(b"B" * 32, TABLET.feed), TODAY)
    take(letters, 1)
    assert collect(letters, PHONE) == [sealed(1)]
    assert letters.held() == NOTHING


def test_it_waits_a_week_for_one_that_comes_no_more_and_later_not_at_all(
    letters: CarriedLetters,
) -> None:
    collect(letters, TABLET)
    take(letters, 1)
    collect(letters, PHONE)
    letters.expire(TODAY + LEFT_DAYS)
    assert letters.held().letters == 1
    letters.expire(TODAY + LEFT_DAYS + 1)
    assert letters.held() == NOTHING
    assert letters.states([name(1)]) == (DELIVERED,)
    later = TODAY + COLLECTOR_DAYS + 1
    take(letters, 2, today=later)
    collect(letters, PHONE, later)
    assert letters.held() == NOTHING


def test_it_waits_for_no_device_that_has_ended(letters: CarriedLetters) -> None:
    collect(letters, TABLET)
    take(letters, 1)
    collect(letters, Collector(ACCOUNT, PHONE.feed, frozenset({TABLET.feed})))
    assert letters.held() == NOTHING


def test_a_device_does_not_erase_for_the_others(letters: CarriedLetters) -> None:
    collect(letters, TABLET)
    take(letters, 1)
    for _ in range(3):
        letters.erase([name(1), name(2)], TODAY, PHONE)
    assert collect(letters, TABLET) == [sealed(1)]


def test_letters_wait_for_those_that_came_last_and_for_no_more_than_a_knock_is_for(
    letters: CarriedLetters,
) -> None:
    devices = [Collector(ACCOUNT, bytes([n]) * 32) for n in range(MAX_COLLECTORS + 4)]
    for number, device in enumerate(devices):
        letters.note_collector(device, TODAY - len(devices) + number)
    take(letters, 1)
    for device in devices[5:]:
        collect(letters, device)
    assert letters.held().letters == 1
    assert collect(letters, devices[4]) == [sealed(1)]
    assert letters.held() == NOTHING


def test_devices_without_number_do_not_keep_a_letter(letters: CarriedLetters) -> None:
    take(letters, 1)
    for number in range(1, 3 * MAX_COLLECTORS):
        letters.note_collector(Collector(ACCOUNT, bytes([200]) * 32), TODAY + number)
        collect(letters, Collector(ACCOUNT, bytes([number]) * 32), TODAY + number // 8)
    assert letters.held() == NOTHING


def test_what_one_device_has_gives_way_without_being_called_displaced(
    letters: CarriedLetters,
) -> None:
    limits = CarrierLimits(paid=LaneBounds(3, 3))
    collect(letters, TABLET)
    for number in (1, 2, 3):
        take(letters, number, network="one", limits=limits)
    collect(letters, PHONE)
    assert take(letters, 4, network="two", limits=limits) is CARRIED
    assert letters.states([name(3)]) == (DELIVERED,)
    assert collect(letters, TABLET) == [sealed(1), sealed(2), sealed(4)]


def test_nothing_is_in_a_file_once_the_last_device_has_it(file: Path) -> None:
    letters = SqliteCarriedLetters(file)
    for device in (PHONE, TABLET):
        collect(letters, device)
    for number in range(20):
        take(letters, number)

    def found() -> list[bool]:
        raw = b"".join(one.read_bytes() for one in file.parent.iterdir())
        words = [part for n in range(20) for part in (name(n), sealed(n)[:64], sealed(n)[-64:])]
        return [one in raw for one in (DOOR, *words)]

    collect(letters, PHONE)
    assert letters.clear_log() and all(found())
    collect(letters, TABLET)
    assert letters.clear_log() and not any(found())
    raw = file.read_bytes()
    assert ACCOUNT not in raw and not any(one.feed in raw for one in (PHONE, TABLET))
    letters.close()


def test_a_file_of_the_layout_before_goes_on(file: Path) -> None:
    old = SideDatabase(file, APPLICATION_ID, LAYOUTS[:1])
    with old.writing() as db:
        db.execute("INSERT INTO secret VALUES (?)", (bytes(32),))
        for number in (1, 2):
            row = name(number), DOOR, int(Lane.PAID), TODAY, b"net1", sealed(number), None
            db.execute(
                "INSERT INTO letters VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        db.execute("INSERT INTO totals VALUES (?, 2, 1024)", (int(Lane.PAID),))
    old.close()
    letters = SqliteCarriedLetters(file)
    assert letters.held() == Held(2, 1024, 0)
    letters.note_collector(TABLET, TODAY)
    assert collect(letters, PHONE) == [sealed(1), sealed(2)]
    assert letters.held().letters == 2
    letters.close()
    letters = SqliteCarriedLetters(file)
    assert collect(letters, TABLET) == [sealed(1), sealed(2)]
    assert letters.held() == NOTHING
    letters.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 20)),
        st.tuples(st.just("collect"), st.integers(0, 3)),
        st.tuples(st.just("later"), st.integers(1, 12)),
    ),
    max_size=60,
)


@long
@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_both_backends_do_the_same_and_nothing_stays_for_ever(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    sqlite = SqliteCarriedLetters(tmp_path_factory.mktemp("carried") / "carried.db")
    both: list[CarriedLetters] = [MemoryCarriedLetters(), sqlite]
    today = TODAY
    for what, value in steps:
        match what:
            case "take":
                first, second = (take(one, value, today=today) for one in both)
                assert first is second
            case "collect":
                device = Collector(ACCOUNT, bytes([value]) * 32)
                first_found, second_found = (collect(one, device, today) for one in both)
                assert first_found == second_found
            case "later":
                today += value
                for one in both:
                    one.expire(today)
        assert both[0].held() == both[1].held()
    for one in both:
        one.expire(today + 31)
        assert one.held() == NOTHING
    sqlite.close()
