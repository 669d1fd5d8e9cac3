"""Addresses that the local server listens on, as its owner types them."""

from __future__ import annotations

from ipaddress import ip_address

from sayso_protocol.translation import _

from ..errors import NodeError


class BindAddressError(NodeError):
    """What was typed is no address to listen on."""


def parse_address(text: str) -> tuple[str, int]:
    """The host and port of ``127.0.0.1:7878`` or ``[::1]:7878``. Raises `BindAddressError` unless
    it is of this machine alone."""
    host, port = _split(text, "127.0.0.1:7878")
    if host == "localhost":
        host = "127.0.0.1"
    if host not in ("127.0.0.1", "::1"):
        raise BindAddressError(
            _(
                "{text} is not of this machine alone: write it as 127.0.0.1:7878, and nobody else "
                "can reach the page; --http-lan serves your phone"
            ).format(text=text)
        )
    return host, port


def parse_lan_address(text: str) -> tuple[str, int]:
    """The host and port of ``192.168.1.5:7879``, ``0.0.0.0:7879`` or ``[::]:7879``. Raises
    `BindAddressError`."""
    host, port = _split(text, "0.0.0.0:7879")
    try:
        ip_address(host)
    except ValueError as error:
        raise BindAddressError(_no_address(text, "0.0.0.0:7879")) from error
    return host, port


def _split(text: str, example: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isascii() or not port.isdigit() or int(port[:9]) > 65535:
        raise BindAddressError(_no_address(text, example))
    return host, int(port)


def _no_address(text: str, example: str) -> str:
    return _("{text} is no address: write it as {example}").format(text=text, example=example)
