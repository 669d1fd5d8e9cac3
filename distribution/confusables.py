"""Writes the table of characters that look alike from Unicode's data file.

`python3 distribution/confusables.py confusables.txt` reads
https://www.unicode.org/Public/security/latest/confusables.txt and writes
`protocol/sayso_protocol/text/confusables.py`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import wrap

TABLE = Path(__file__).parents[1] / "protocol/sayso_protocol/text/confusables.py"

_LINE = re.compile(r"([0-9A-F]{4,6}) ;\t((?:[0-9A-F]{4,6} ?)+) ?;\tMA\t")
_VERSION = re.compile(r"^# Version: ([0-9.]+)$", re.MULTILINE)
_YEAR = re.compile(r"^# © ([0-9]{4}) Unicode", re.MULTILINE)

_MODULE = '''"""Characters that look alike: confusables.txt {version} of Unicode (UTS 39).

Written by `distribution/confusables.py` from
https://www.unicode.org/Public/security/{version}/confusables.txt, and never by hand.
Copyright © 1991-{year} Unicode, Inc. All rights reserved. Distributed under the Unicode License v3,
https://www.unicode.org/license.txt: permission is granted, free of charge, to anybody who obtains a
copy of the data files to deal in them without restriction, as long as this notice goes with them.
They are provided "as is", without warranty of any kind.
"""

from __future__ import annotations

from typing import Final

UNICODE: Final = "{version}"
"""The version of the data."""

PROTOTYPES: Final = """\\
{lines}
"""
"""Code points in hexadecimal. Before each colon a prototype, of one or more joined by ``+``; behind
it all characters that look like it."""
'''


def mappings(text: str) -> dict[str, list[str]]:
    """The characters that stand for each prototype, as the data file has them."""
    found: dict[str, list[str]] = {}
    for source, prototype in _LINE.findall(text):
        found.setdefault("+".join(prototype.split()), []).append(source)
    return found


def module(text: str) -> str:
    """The module for the text of the data file."""
    version, year = _VERSION.search(text), _YEAR.search(text)
    if version is None or year is None:
        raise SystemExit("this is not Unicode's confusables.txt")
    groups = (f"{prototype}:{' '.join(some)}" for prototype, some in mappings(text).items())
    lines = wrap(" ".join(groups), 100)
    return _MODULE.format(version=version[1], year=year[1], lines="\n".join(lines))


if __name__ == "__main__":
    TABLE.write_text(module(Path(sys.argv[1]).read_text("utf-8")), "utf-8")
