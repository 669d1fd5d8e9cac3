"""Decoration is for people at terminals who have not declined it."""

import io

import pytest

from sayso_cli.terminal.own_text import OwnText
from sayso_cli.terminal.style import Style, width_of


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "enabled"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": "0"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"CLICOLOR_FORCE": "1"}, True),
        (io.StringIO(), {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        (io.StringIO(), {"CLICOLOR_FORCE": "0"}, False),
        (io.StringIO(), {"CLICOLOR_FORCE": ""}, False),
        (Terminal(), {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_colour_only_where_wanted(
    stream: io.StringIO, environ: dict[str, str], enabled: bool
) -> None:
    assert Style.of(stream, environ).enabled is enabled


@pytest.mark.parametrize("how", ["bold", "dim", "good", "warning", "bad", "name"])
def test_what_is_decorated_is_cleaned(how: str) -> None:
    decorated = getattr(Style(enabled=True), how)("\x1b[2Jx")
    assert isinstance(decorated, OwnText)
    assert decorated.startswith("\x1b[")
    assert decorated.endswith("m^[[2Jx\x1b[0m")
    assert getattr(Style(), how)("\x1b[2Jx") == "^[[2Jx"


def test_nothing_is_not_decorated() -> None:
    assert Style(enabled=True).bold("") == ""


def test_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "57")
    assert width_of(Terminal()) == 57
    assert width_of(io.StringIO()) is None
