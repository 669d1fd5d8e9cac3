"""Limits on what a router, or who pretends to be one, may cost. Sizes are bytes."""

from __future__ import annotations

from typing import Final

MAX_HTTP_ANSWER: Final = 64 << 10
"""Longest answer over HTTP, its head included: descriptions of large routers take some 20 kB."""

MAX_HTTP_HEAD: Final = 8 << 10
"""Longest head of one: that of routers has some hundreds of bytes."""

MAX_SEARCH_ANSWER: Final = 2048
"""Longest answer to a search that is read: it is one datagram of some 300 bytes."""

MAX_DEVICES: Final = 4
"""Devices whose descriptions are fetched: a home has one gateway, seldom two; anything in the
local network may claim to be one."""

MAX_SERVICES: Final = 4
"""Services of one gateway that are asked: each of IP and PPP, in two versions."""

MAX_XML_DEPTH: Final = 32
"""Deepest nesting of elements: descriptions of gateways have eleven levels."""

MAX_XML_TEXT: Final = 1024
"""Longest text of an element that is kept: the longest of use is a URL."""

MAX_URL: Final = 512
"""Longest URL of a router, in characters."""
