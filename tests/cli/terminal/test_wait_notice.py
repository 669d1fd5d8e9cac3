"""Who waits is told for what and since when, at a terminal alone."""

from __future__ import annotations

import io
import sys
from threading import Event

import pytest

from sayso_cli.terminal import wait_notice as module
from sayso_cli.terminal.wait_notice import waiting


class Terminal(io.StringIO):
    """A terminal; `is_told` is set once something stands on it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_told = Event()

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        self.is_told.set()


def test_long_work_is_told_of_and_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 0.0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with waiting("asking"):
        assert terminal.is_told.wait(60)
    shown = terminal.getvalue()
    assert shown.startswith("\rasking … 0 s")
    assert shown.endswith(f"\r{' ' * len('asking … 0 s')}\r")


def test_work_that_is_done_at_once_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(KeyError), waiting("asking"):
        raise KeyError
    assert terminal.getvalue() == ""


def test_nobody_is_told_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 0.0)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with waiting("asking"):
        pass
    assert stream.getvalue() == ""
