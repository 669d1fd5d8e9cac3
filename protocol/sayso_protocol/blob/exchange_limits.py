"""Bounds of the exchange of blobs, each with its reason. Sizes are bytes, times milliseconds.

What comes first is part of the name of the protocol; the rest is what this implementation does.
"""

from __future__ import annotations

from typing import Final

# --- wire: /sayso/blob/1 ------------------------------------------------------------

BLOB_PROTOCOL: Final = "/sayso/blob/1"

MAX_OPEN_LEAVES: Final = 64
"""Leaves that one stream may have asked for and not been sent yet: 16 MiB, and some kB to note."""

MAX_BLOCKS: Final = 32
"""Inner blocks in one `Blocks` frame: as many of the largest size fit, and there are at most 96."""

MAX_HAVE_RANGES: Final = 64
"""Ranges that one `Have` lists."""

MAX_CANCELLED: Final = 64
"""Numbers that one `Cancel` names: as many as may be open."""

# --- manners ----------------------------------------------------------------------

WINDOW: Final = 4
"""Leaves under way from one source. One gave 101 MB/s from two sources, four 139, sixteen 136."""

SECOND_ASK_MS: Final = 1000
"""How long a leaf that somebody waits for may be under way before another source is asked too."""

SOURCE_MS: Final = 30_000
"""How long a source that was asked may send nothing before it is left: a leaf takes 4 s on an
uplink of 512 kbit/s, and what is under way 16."""

ASK_AGAIN_MS: Final = 5000
"""After which a source that had not all of it is asked again for what it lacked."""

BUSY_MS: Final = 2000
"""How long a source that says it is busy is asked for nothing."""

MAX_SOURCES: Final = 8
"""Sources of one blob at a time. Three fill a line, and each learns who looks."""

HAVE_EVERY_MS: Final = 1000
"""How often whoever asked is told what has come meanwhile of a blob that is not whole here."""
