"""Names of hosts, as they are compared."""

from __future__ import annotations

from typing import Final

from .fold import fold

_LABELS: Final = 10
"""Parts of a name that are looked at from its end; a longer one is rare, and may be made up."""

_LONGEST_LABEL: Final = 63
"""RFC 1035, section 2.3.4."""


def fold_host(host: str) -> str:
    """The host's name folded, Punycode (``xn--``, RFC 3492) as the letters it stands for, and
    without the dot of the root at its end."""
    folded = fold(host).replace("\u3002", ".").rstrip(".")
    if "xn--" not in folded:
        return folded
    return ".".join(_label(label) for label in folded.split("."))


def domains_of(host: str) -> tuple[str, ...]:
    """The host, folded, and the domains that it is in: ``a.b.example``, ``b.example``,
    ``example``."""
    labels = host.split(".")[-_LABELS:]
    return tuple(dict.fromkeys([host, *(".".join(labels[at:]) for at in range(len(labels)))]))


def _label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > _LONGEST_LABEL:
        return label
    try:
        return fold(label[4:].encode().decode("punycode")) or label
    except (UnicodeError, ValueError, OverflowError):
        return label
