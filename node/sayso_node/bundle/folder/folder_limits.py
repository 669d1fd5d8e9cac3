"""Limits on a folder that others write too, each with its reason. All are *local choice*."""

from __future__ import annotations

from typing import Final

SEGMENT_BYTES: Final = 4 << 20
"""A segment that is written ends with the run that reaches this size: little is lost with a torn
one, and a large feed makes few files."""

MAX_FILE: Final = 8 << 20
"""Longest file that is read. A segment is one run longer than `SEGMENT_BYTES` at most, and a run
has less than 2 MiB."""

MAX_NAMES: Final = 4096
"""Names of one directory that are looked at. A feed of ten million posts has some 500 segments."""

MAX_SMALL: Final = 16
"""Segments of one feed that are far from full: with more they are written anew as one. A file takes
a cluster of the stick, 32 KiB on some, however short it is."""

SMALL_BYTES: Final = SEGMENT_BYTES // 4
"""Below this a segment is far from full."""

MAX_USELESS: Final = 8
"""Files of one account that bring nothing before the rest of them is left alone: they are damaged,
or somebody makes work."""

MAX_ACCOUNT_FILES: Final = 16
"""Files with what an account signed that are read. Homes that know the same write the same one."""

STALE_SECONDS: Final = 2 * 86_400
"""After this time a draft is nobody's. FAT keeps the local time, so that a file from another part
of the world seems up to a day older than it is."""
