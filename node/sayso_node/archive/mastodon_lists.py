"""Lists of a Mastodon export that only its owner uses: follows, likes, bookmarks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from . import archive_limits
from .container.container import Container
from .container.metered_stream import MeteredStream
from .json.json_stream import BrokenListError, StringReader, WrongHeaderError
from .json.json_values import identifier

_ADDRESS: Final = re.compile(r"@?([^\s,@{}<>\"]+@[^\s,@{}<>\"]+\.[^\s,@{}<>\"]+)")
_ITEMS: Final = re.compile(r'"orderedItems"\s*:\s*\[')
_MAX_LINE: Final = 4096


def read_follows(container: Container, base: str) -> tuple[str, ...]:
    """The accounts in `following_accounts.csv`, as `mo@example.org`."""
    name = f"{base}following_accounts.csv"
    if not container.has(name):
        return ()
    with container.open(name) as stream:
        return follows_of(_lines(stream))


def follows_of(lines: Iterable[str]) -> tuple[str, ...]:
    """The accounts in the lines of such a file, each once; the first line is a heading."""
    matches = (_ADDRESS.match(line.strip().strip('"')) for line in lines)
    found = dict.fromkeys(match[1].lower() for match in matches if match)
    return tuple(found)[: archive_limits.MAX_LISTED]


def _lines(stream: MeteredStream) -> Iterator[str]:
    for _ in range(archive_limits.MAX_LISTED):
        line = stream.readline(_MAX_LINE)
        if not line:
            return
        yield line.decode("utf-8", "replace")


def read_origins(container: Container, name: str) -> tuple[str, ...]:
    """The posts in `likes.json` or `bookmarks.json`, as origins; what cannot be read ends the
    list."""
    found: dict[str, None] = {}
    if container.has(name):
        with container.open(name) as stream:
            reader = StringReader(stream, _ITEMS, name)
            try:
                reader.open()
                for address in reader.strings():
                    if identifier(address) is not None:
                        found[f"mastodon:{address}"] = None
                    if len(found) >= archive_limits.MAX_LISTED:
                        break
            except (WrongHeaderError, BrokenListError):
                pass
    return tuple(found)
