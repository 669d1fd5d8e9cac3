"""Idle sessions of strangers keep no friend out: real addresses, in a network of the test's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e.support import Home

from .conftest import home_with_posts

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SECONDS = 5.0
"""In which a friend is connected; a tenth of it where the machine does nothing else."""
OWN_NETWORK = ["unshare", "--map-root-user", "--net"]


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Home:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("this machine cannot make networks of its own")
    if subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make networks of its own")
    return home_with_posts(tmp_path_factory.mktemp("seats") / "ann")


@pytest.fixture
def friend(ann: Home, tmp_path: Path) -> Home:
    """Somebody who follows Ann, and she him; they have not met."""
    made = Home(tmp_path / "friend")
    made("post", "hello")
    ann("follow", made.account)
    made("follow", ann.account)
    return made


def besiege(ann: Home, friend: Home, crowd: str, seconds: float, how: str) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.hostile.crowd", str(ann.path), str(friend.path)]
    line = [*OWN_NETWORK, *program, crowd, str(seconds), how]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(found: dict[str, Any]) -> None:
    print({key: found[key] for key in ("seated", "first", "later", "stop_seconds")})
    for visit in (found["first"], found["later"]):
        assert isinstance(visit, dict), visit
        assert visit["in_sync"]
        assert visit["connect_seconds"] < SECONDS
    assert found["stop_seconds"] < SECONDS


@long
def test_a_friend_gets_in_who_was_never_seen_before(ann: Home, friend: Home) -> None:
    """Beside eight strangers of each of thirty addresses, one of whom gives way."""
    found = besiege(ann, friend, "thirty", 0, "new")
    check(found)
    # On a busy machine the strangers come so slowly that each finds a seat which another gave up.
    assert found["status"]["gave_way"] > 0


@long
def test_a_household_has_the_seats_of_one(ann: Home, friend: Home) -> None:
    found = besiege(ann, friend, "household", 0, "new")
    check(found)
    assert found["seated"] == 8


@long
def test_a_friend_who_brought_something_gets_in_beside_strangers_of_his_own_address(
    ann: Home, friend: Home
) -> None:
    check(besiege(ann, friend, "same", 0, "known"))


@pytest.mark.soak
@pytest.mark.parametrize("how", ["new", "known"])
@pytest.mark.parametrize("crowd", ["thirty", "whole household", "site"])
def test_at_once_and_twenty_seconds_later(ann: Home, friend: Home, crowd: str, how: str) -> None:
    check(besiege(ann, friend, crowd, 20, how))
