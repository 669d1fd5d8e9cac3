"""Content warnings that are longer than an entry's may be: nothing of them is lost."""

from __future__ import annotations

from sayso_protocol.content.post import MAX_WARNING

CUT = "…"
"""Stands at the end of a warning that goes on in the text."""


def fitted_warning(warn: str | None, text: str) -> tuple[str | None, str]:
    """A warning that fits, and the text of its post. Of a longer one the beginning stays, up to a
    word's end where there is one; the whole of it then comes before the text."""
    if warn is None or len(warn.encode()) <= MAX_WARNING:
        return warn, text
    room = MAX_WARNING - len(CUT.encode())
    begun = warn.encode()[:room].decode(errors="ignore")
    words = begun.rpartition(" ")[0]
    return (words or begun).rstrip() + CUT, f"{warn}\n\n{text}"
