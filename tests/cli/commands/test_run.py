"""`sayso run` and a reader of its events that does not read."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from sayso_cli.commands.run import _Printer
from sayso_cli.terminal.output import Output


def test_events_that_nobody_reads_are_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stdout, os.fdopen(reading, "rb") as reader:
        monkeypatch.setattr(sys, "stdout", stdout)
        printer = _Printer(SimpleNamespace(out=Output(json=True)), ExitStack())
        for number in range(5000):
            printer.event({"event": "noise", "number": number})
        first = reader.read1(1 << 20).decode().splitlines()
        printer.event({"event": "last"})
        *_, dropped, last = reader.read1(1 << 20).decode().splitlines()
    assert json.loads(first[0])["number"] == 0
    assert json.loads(last) == {"event": "last"}
    assert json.loads(dropped)["events"] == 5000 - len(first)
