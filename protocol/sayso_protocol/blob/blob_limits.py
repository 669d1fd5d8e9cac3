"""Every bound of blobs, with its reason. Sizes are bytes, times milliseconds."""

from __future__ import annotations

from typing import Final

# --- format -----------------------------------------------------------------------

MAX_BLOB: Final = 2**32
"""Largest blob, bytes: a long film."""

LEAF_SIZE: Final = 256 * 1024
"""Bytes of a leaf; the last of a blob may be shorter."""

MAX_LINKS: Final = 174
"""Most links of one node of a blob's tree: what keeps it below 16 KiB with some to spare."""

MAX_NODE: Final = 16 * 1024
"""Largest node of a blob's tree that is looked at."""

# --- wire: /sayso/blob/1 ------------------------------------------------------------

BLOB_PROTOCOL: Final = "/sayso/blob/1"

MAX_OPEN_LEAVES: Final = 64
"""Leaves that one stream may have asked for and not been sent yet: 16 MiB, and some kB to note."""

MAX_BLOCKS: Final = 32
"""Inner blocks in one `Blocks` frame: as many of the largest size fit, and there are at most 96."""

MAX_RANGES: Final = 64
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

BUSY_MS: Final = 2000
"""How long a source that says it is busy is asked for nothing."""

MAX_SOURCES: Final = 8
"""Sources of one blob at a time. Three fill a line, and each learns who looks."""

HAVE_EVERY_MS: Final = 1000
"""How often whoever asked is told what has come meanwhile of a blob that is not whole here."""
