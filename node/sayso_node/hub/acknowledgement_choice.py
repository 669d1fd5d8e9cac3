"""Whether this home acknowledges that it holds an entry: its owner's choice.

Without one a hub does and a home does not. A signed word says more than sync does: that just this
node held just this entry, at a time, for whoever shows it. A reader may have reasons not to leave
that behind; a hub carries in public.
"""

from __future__ import annotations

from ..home.directory import Home
from ..home.secret_file import write_secret

_WORDS = {"yes": True, "no": False}


def chosen(home: Home) -> bool | None:
    """The owner's choice, None where there is none."""
    try:
        return _WORDS.get(home.acknowledges.read_text().strip())
    except (OSError, UnicodeDecodeError):
        return None


def choose(home: Home, *, acknowledges: bool) -> None:
    """Keep the owner's choice. Raises `HomeError`."""
    word = "yes" if acknowledges else "no"
    write_secret(home.acknowledges, f"{word}\n".encode(), replace=True)


def does_acknowledge(home: Home, *, is_hub: bool) -> bool:
    """Whether the node of this home acknowledges now."""
    choice = chosen(home)
    return is_hub if choice is None else choice
