"""Sizes as people write them: ``500 kB``, ``64 MiB``, ``16 GiB``, or a plain number of bytes."""

from __future__ import annotations

import re

_SIZE = re.compile(r"([0-9]{1,15}) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?")
_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def bytes_of(text: str) -> int | None:
    """Read a size in bytes; None where it is none."""
    found = _SIZE.fullmatch(text.strip())
    return None if found is None else int(found[1]) * (_UNITS | _BINARY)[found[2] or "B"]
