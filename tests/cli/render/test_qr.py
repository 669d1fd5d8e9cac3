"""Codes in a terminal are read back from what stands on the screen, whatever its colours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_cli.render.qr import Room, drawing

from .qr_reader import modules_on, picture, read_code

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
LINK = "sayso:" + (LETTERS * 6)[:189]
"""As long as one with two addresses, the promise and a token."""
SCREENS = [
    pytest.param(True, False, False, id="colours, dark"),
    pytest.param(True, False, True, id="colours, light"),
    pytest.param(True, True, True, id="colours, light, inverted by mistake"),
    pytest.param(False, False, False, id="no colours, dark"),
    pytest.param(False, True, True, id="no colours, light, inverted"),
]


@pytest.mark.parametrize(("colours", "invert", "background"), SCREENS)
@pytest.mark.parametrize("size", [110, 148, 149, 189, 190, 218, 219, 273, 329, 400])
def test_a_code_is_read_from_the_screen(
    size: int, colours: bool, invert: bool, background: bool
) -> None:
    link = "sayso:" + (LETTERS * 20)[:size]
    lines = drawing(link, colours=colours, invert=invert)
    assert read_code(modules_on(lines, background=background)).lower() == link


def test_without_colours_the_other_screen_shows_it_the_wrong_way_round() -> None:
    """The control: why there is --invert."""
    lines = drawing(LINK, colours=False, invert=False)
    light = modules_on(lines, background=True)
    with pytest.raises(AssertionError):
        read_code(light)
    assert read_code([[not one for one in row] for row in light]).lower() == LINK


@long
@given(st.text(LETTERS, min_size=60, max_size=500))
def test_any_link_is_read_back(letters: str) -> None:
    lines = drawing("sayso:" + letters, colours=True, invert=False)
    assert read_code(modules_on(lines, background=False)).lower() == "sayso:" + letters


def test_a_code_of_80_by_24_leaves_a_line_for_the_prompt() -> None:
    assert Room(80, 24).holds(LINK)
    assert not Room(80, 24).holds(LINK + "a")
    assert len(drawing(LINK, colours=False, invert=False)) == 23
    assert not Room(80, 23).holds(LINK)
    assert not Room(44, 24).holds(LINK)
    assert Room(45, 24).holds(LINK)
    assert Room(400, 200).holds("sayso:" + "a" * 4000)
    assert not Room(400, 400).holds("sayso:" + "a" * 5000)  # no code holds that


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed")
@pytest.mark.parametrize(("colours", "invert", "background"), SCREENS)
def test_another_program_reads_it(
    colours: bool, invert: bool, background: bool, tmp_path: Path
) -> None:
    light = modules_on(drawing(LINK, colours=colours, invert=invert), background=background)
    file = tmp_path / "code.pbm"
    file.write_bytes(picture(light, around=background))
    done = subprocess.run(["zbarimg", "-q", "--raw", file], capture_output=True, text=True)
    assert done.stdout.strip().lower() == LINK
