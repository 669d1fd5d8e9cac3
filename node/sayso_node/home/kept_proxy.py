"""The proxy of a home: once named, every command of the home reaches others by it alone.

Kept, not asked for each time: a node that its service starts, or a command that is typed in a
hurry, must not show where its owner is because a word was left out.
"""

from __future__ import annotations

from sayso_protocol.translation import _

from ..errors import HomeError
from .atomic_file import new_file
from .directory import FILE_MODE, Home


def kept_proxy(home: Home) -> str:
    """The proxy, as it was named; empty where there is none. Raises `HomeError`."""
    try:
        return home.proxy.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeError) as error:
        # Not as if there were none.
        raise HomeError(
            _("cannot read {proxy}: name the proxy again with --proxy").format(proxy=home.proxy)
        ) from error


def keep_proxy(home: Home, proxy: str) -> None:
    """Keep a proxy from now on; with an empty text, none. Raises `HomeError`."""
    try:
        if not proxy:
            home.proxy.unlink(missing_ok=True)
            return
        with new_file(home.proxy, mode=FILE_MODE, replace=True) as file:
            file.write(f"{proxy}\n".encode())
    except OSError as error:
        raise HomeError(
            _("cannot write {proxy}: {reason}").format(proxy=home.proxy, reason=error.strerror)
        ) from error
