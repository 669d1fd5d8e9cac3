"""Names of hosts, as they are compared, and as they are shown."""

from __future__ import annotations

from typing import Final

from .fold import fold
from .scripts import script_of

_TOGETHER: Final = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
"""Scripts that are written in one word, beside Latin."""

_ALIKE: Final = frozenset({"GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
"""Scripts with letters that look like Latin ones."""

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


def shown_host(host: str) -> str:
    """The host's name as it is shown to people: where it could pass for another one, the parts that
    are not ASCII in Punycode. It could where letters of Latin, Greek or Cyrillic and of another
    script that looks alike stand in one name, the top-level domain included; or where it has signs
    that are neither letters nor digits. That is stricter than browsers are with names that are
    Cyrillic all over, under ``.com``: a terminal shows no lock beside them. Other pairs of scripts
    are common (UTS 39, section 5.2, moderately restrictive)."""
    if host.isascii() or not _is_mixed(host):
        return host
    return ".".join(map(_punycode, host.split(".")))


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


def _is_mixed(host: str) -> bool:
    from unicodedata import category, normalize  # few hosts have letters beyond ASCII

    letters = [char for char in host if not char.isascii() or char.isalpha()]
    scripts = {script_of(char) for char in letters if char.isalpha()}
    if any(category(char)[0] not in "LMN" for char in letters):
        return True
    if normalize("NFKC", host) != normalize("NFC", host):  # letters made to look otherwise
        return True
    others = scripts - {"LATIN"}
    if len(scripts) < 2 or any(others <= one for one in _TOGETHER):
        return False
    return len(others) > 1 or not _ALIKE.isdisjoint(others)


def _punycode(label: str) -> str:
    folded = label if label.isascii() else fold(label)
    return folded if folded.isascii() else f"xn--{folded.encode('punycode').decode()}"
