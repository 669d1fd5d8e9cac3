"""The keys, on a screen."""

from __future__ import annotations

from collections.abc import Iterator

from sayso_protocol.translation import _, mark

from ..block_list import Block
from ..keys import HELP
from ..rows import STYLE, Kind, Row
from .list_screen import ListScreen

WIDTH = 22
"""Columns of the keys."""


class HelpScreen(ListScreen):
    """Says what keys do."""

    heading = mark("help")

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        for group, keys in HELP.items():
            rows = [Row(Kind.LINE, (STYLE.bold(_(group)),))]
            rows += [Row(Kind.LINE, (f"{_(key):{WIDTH}}{_(what)}",)) for key, what in keys]
            yield Block(group, rows)
