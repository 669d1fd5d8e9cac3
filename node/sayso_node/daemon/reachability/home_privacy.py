"""The privacy of a home, as every command of it keeps it."""

from __future__ import annotations

from ...errors import HomeError
from ...home.directory import Home
from ...home.kept_proxy import kept_proxy
from ...network.privacy import OPEN, Privacy, Proxy, ProxyAddressError


def privacy_of(home: Home) -> Privacy:
    """Raises `HomeError`, also where the kept proxy is none that can be used."""
    text = kept_proxy(home)
    if not text:
        return OPEN
    try:
        return Privacy(Proxy.parse(text))
    except ProxyAddressError as error:
        raise HomeError(f"{home.proxy}: {error}") from error
