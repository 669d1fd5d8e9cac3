"""The version of what the detector finds, for whatever remembers it: a look at what is remembered
need not load the detector."""

from __future__ import annotations

from typing import Final

from sayso_protocol.text.version import VERSION as TEXT_VERSION

VERSION: Final = f"detector 2, {TEXT_VERSION}"
"""Of what is found in the entries of a store: see `sayso_node.home.cache.digest_of`."""
