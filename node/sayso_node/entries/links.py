"""Links in texts. What counts as the end of one differs by who asks, so each form has its name."""

from __future__ import annotations

import re
from typing import Final

from sayso_protocol.text.hosts import fold_host

ADDRESS: Final = "https?://[!-~]*"
"""A link to the end of its ASCII signs, of whatever length: in it no hashtag begins."""

_LINK: Final = re.compile(r"https?://[!-~]+")
"""The same where something follows. The detector's findings are remembered by its version, so
this takes lower case alone, as that version always did."""

_HOST: Final = re.compile(r"https?://(?:[^\s/?#@<>\"']*@)?([^\s/?#:@<>\"']+)", re.IGNORECASE)
"""A link and its host, what stands before ``@`` left out (RFC 3986, section 3.2). Names may have
letters of any script, so it does not end with ASCII."""

_AFTER: Final = ".,;!)]}"
"""Signs that may follow a link in a sentence."""


def links_of(text: str) -> tuple[str, ...]:
    """The links in a text, as they stand there."""
    return tuple(_LINK.findall(text))


def hosts_of(text: str) -> list[str]:
    """The host of each link in a text, folded."""
    return [fold_host(host.rstrip(_AFTER)) for host in _HOST.findall(text)]
