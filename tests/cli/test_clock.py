"""One clock: people read the time of their zone, programs UTC."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.text.relative_time import exact_time
from sayso_protocol.limits import MAX_TIME_MS

from .conftest import Sayso

UTC_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
STAMP_IN_JSON = re.compile(r'"(\d{4}-\d\d-\d\dT[^"]*)"')
ZONES = {
    "Asia/Kolkata": "UTC+05:30",
    "America/St_Johns": "UTC-0",
    "UTC": "UTC",
    "Asia/Kathmandu": "UTC+05:45",
}


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A time zone that this machine is in for a while."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield ZONES[request.param]
    monkeypatch.undo()
    time.tzset()


@long
def test_people_read_local_times_and_programs_utc(
    zone: str, sayso: Sayso, home: Path, anna: str
) -> None:
    post = sayso("post", "x", "--home", home, "--json").record["id"]
    for words in (
        ["mute", anna, "--for", "7d"],
        ["label", post, "bird"],
        ["follow", anna],
        ["filter", "add", "--action", "fold", "--tag", "x", "--for", "2h"],
    ):
        assert sayso(*words, "--home", home).code == 0
    own = sayso("profile", "--home", home, "--json").record["account"]
    exact = 0
    for words in (
        ["read"],
        ["show", post],
        ["thread", post],
        ["search", "x"],
        ["why", post],
        ["ledger"],
        ["filter", "list"],
        ["labels", "list", own],
        ["labels", "replay", own, "--until", "0s"],
        ["device", "list"],
        ["status"],
        ["following"],
        ["notifications"],
        ["coordination"],
    ):
        shown, told = sayso(*words, "--home", home), sayso(*words, "--home", home, "--json")
        assert (shown.code, told.code) == (0, 0)
        assert not UTC_STAMP.search(shown.out), words
        assert all(stamp.endswith("Z") for stamp in STAMP_IN_JSON.findall(told.out))
        exact += shown.out.count(f" {zone}")
    assert exact >= 4  # ends of rules, begin of the device, arrival


@given(st.integers(-(2**63), 2**63))
def test_no_number_breaks_it(time_ms: int) -> None:
    assert re.fullmatch(r"\d{1,4}-\d\d-\d\d \d\d:\d\d UTC([+-]\d\d:\d\d)?", exact_time(time_ms))


@given(st.integers(0, MAX_TIME_MS))
def test_an_exact_time_has_its_zone(time_ms: int) -> None:
    from datetime import UTC, datetime, timedelta, timezone

    away = timezone(timedelta(hours=-3, minutes=-30))
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    assert exact_time(time_ms, UTC) == at.strftime("%Y-%m-%d %H:%M UTC")
    if time_ms > 86_400_000:
        local = at.astimezone(away).strftime("%Y-%m-%d %H:%M")
        assert exact_time(time_ms, away) == f"{local} UTC-03:30"
