"""Lengths of the ids and keys that a line shows."""

from __future__ import annotations

SHORT_ID = 12
"""Digits of an id that are shown: enough for a store of millions, and for an ID argument."""


SHORT_KEY = 12
"""Characters of a key that stand behind every name, since names can be made alike."""
