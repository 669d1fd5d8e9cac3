"""Values in an owner's file, and which of them cannot be taken."""

from __future__ import annotations

from typing import Any

Value = Any
"""What `tomllib` makes of a value."""


class BadValue(Exception):
    """A value that cannot be used; the text says why."""
