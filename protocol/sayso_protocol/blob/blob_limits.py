"""Bounds of what a blob and its tree are, each with its reason. Sizes are bytes."""

from __future__ import annotations

from typing import Final

MAX_BLOB: Final = 2**32
"""Largest blob, bytes: a long film."""

LEAF_SIZE: Final = 256 * 1024
"""Bytes of a leaf; the last of a blob may be shorter."""

MAX_LINKS: Final = 174
"""Most links of one node of a blob's tree: what keeps it below 16 KiB with some to spare."""

MAX_NODE: Final = 16 * 1024
"""Largest node of a blob's tree that is looked at."""
