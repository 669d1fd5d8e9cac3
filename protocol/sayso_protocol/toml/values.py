"""XXX"""

from __future__ import annotations

from typing import Any

Value = Any
"""What `tomllib` makes of a value."""


class BadValue(Exception):
    """A value that cannot be used; the text says why."""
