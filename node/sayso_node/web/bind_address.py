"""Addresses that the local server listens on, as its owner types them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from sayso_protocol.translation import _

from ..errors import NodeError

METRICS: Final = "127.0.0.1:9464"
"""The port that OpenTelemetry has for exporters of metrics to Prometheus."""


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


def parse_metrics_address(text: str, names: Sequence[str]) -> tuple[str, int]:
    """The host and port of ``127.0.0.1:9464``. Raises `BindAddressError` for an address that is
    open to the network, unless `names` has one by which the metrics are asked for there."""
    host, port = _split(text, METRICS)
    host = "127.0.0.1" if host == "localhost" else host
    try:
        address = ip_address(host)
    except ValueError as error:
        raise BindAddressError(_no_address(text, METRICS)) from error
    if not (address.is_loopback or names):
        raise BindAddressError(
            _(
                "{text} is open to the network, and metrics have no password: write it as {example}"
                ", or, where only your own machines get there, add --metrics-host NAME with the "
                "name or address by which Prometheus asks"
            ).format(text=text, example=METRICS)
        )
    return host, port


def _split(text: str, example: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isascii() or not port.isdigit() or int(port[:9]) > 65535:
        raise BindAddressError(_no_address(text, example))
    return host, int(port)


def _no_address(text: str, example: str) -> str:
    return _("{text} is no address: write it as {example}").format(text=text, example=example)
