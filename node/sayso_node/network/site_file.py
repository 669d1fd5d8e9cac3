"""One small file from a site, over HTTPS: the whole of HTTP that a node speaks as a client.

It follows no redirect, connects to no address but those of the internet, takes so many bytes and
no more, and is done within `FETCH_SECONDS`, however slowly the other side goes. Behind a proxy the
proxy looks the name up and connects.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from ipaddress import ip_address
from typing import Final, cast

import trio

from sayso_protocol.discovery.multiaddr import Address, is_public_ip

from .link import DialError
from .privacy import Privacy
from .transport.socks import SOCKS_SECONDS, SocksDialer

HTTPS_PORT: Final = 443
FETCH_SECONDS: Final = 20.0
"""For all of it; behind a proxy as much longer as a dial may take there."""

MAX_HEAD: Final = 32 * 1024
"""Bytes of an answer beside the file: its head, and what chunks add."""

MAX_TRIED: Final = 4
"""Addresses of one name that are tried."""

_PIECE: Final = 16 * 1024

Opener = Callable[[Address], Awaitable[trio.SocketStream]]


class SiteError(Exception):
    """A file was not fetched; the text says why. It holds nothing that the site said."""


async def fetch_file(
    domain: str, path: str, most: int, privacy: Privacy, *, opener: Opener | None = None
) -> bytes:
    """The file at ``https://domain/path``, of at most so many bytes; `domain` in ASCII. Raises
    `SiteError`. Another `opener` connects in another way."""
    seconds = FETCH_SECONDS + (SOCKS_SECONDS if privacy.hides else 0)
    try:
        with trio.fail_after(seconds):
            raw = await _exchange(domain, path, most + MAX_HEAD, opener or opener_of(privacy))
    except trio.TooSlowError:
        raise SiteError(f"it did not answer within {seconds:.0f} s") from None
    except ssl.SSLError as error:
        raise SiteError(_tls_reason(error)) from error
    except trio.BrokenResourceError as error:
        cause = error.__cause__
        reason = _tls_reason(cause) if isinstance(cause, ssl.SSLError) else "it hung up"
        raise SiteError(reason) from error
    except DialError as error:
        raise SiteError(str(error)) from error
    except OSError as error:
        raise SiteError(f"it cannot be reached ({error.strerror or 'no such name'})") from error
    return _body(raw, most)


def opener_of(privacy: Privacy) -> Opener:
    """How a site is connected to: through the proxy, or to addresses of the internet alone."""
    return open_public if privacy.proxy is None else SocksDialer(privacy.proxy).open


async def open_public(address: Address) -> trio.SocketStream:
    """A connection to the first address of a name that answers, of those that are public: a domain
    that a stranger named must not lead into the owner's network. Raises `DialError`, `OSError`."""
    found = await trio.socket.getaddrinfo(address.host, address.port, type=trio.socket.SOCK_STREAM)
    public = [one for one in found if is_public_ip(ip_address(str(one[4][0]).partition("%")[0]))]
    if not public:
        raise DialError("its name leads to no address of the internet")
    failed: OSError | None = None
    for family, kind, protocol, _name, where in public[:MAX_TRIED]:
        socket = trio.socket.socket(family, kind, protocol)
        try:
            await socket.connect(where)
        except OSError as error:
            socket.close()
            failed = error
        except BaseException:
            socket.close()
            raise
        else:
            return trio.SocketStream(socket)
    assert failed is not None
    raise failed


async def _exchange(domain: str, path: str, most: int, opener: Opener) -> bytes:
    """Ask, and read until the other side ends it, or has sent more than it may."""
    context = ssl.create_default_context()
    stream = await opener(Address("dns", domain, HTTPS_PORT))
    tls = trio.SSLStream(stream, context, server_hostname=domain, https_compatible=True)
    try:
        await tls.send_all(
            f"GET {path} HTTP/1.1\r\nHost: {domain}\r\nUser-Agent: sayso\r\n"
            "Accept: application/json\r\nAccept-Encoding: identity\r\n"
            "Connection: close\r\n\r\n".encode("ascii")
        )
        raw = bytearray()
        while data := await tls.receive_some(_PIECE):
            raw += data
            if len(raw) > most:
                raise SiteError("it sends more than such a file may have")
        return bytes(raw)
    finally:
        stream.socket.close()  # at once: whoever is slow is not waited for


class _Answer:
    """An answer that was read, where `HTTPResponse` looks for a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> BytesIO:
        """All of it."""
        return BytesIO(self._raw)


def _body(raw: bytes, most: int) -> bytes:
    import socket

    answer = HTTPResponse(cast("socket.socket", _Answer(raw)), method="GET")
    try:
        answer.begin()
        body = answer.read(most + 1)
        status, whole = answer.status, not answer.length
    except (HTTPException, ValueError, OSError) as error:
        raise SiteError("it answers with what is no HTTP") from error
    finally:
        answer.close()
    if 300 <= status < 400:
        raise SiteError("it leads elsewhere, and no redirect is followed: name that domain instead")
    if status != 200:
        raise SiteError(f"it answers with {status}, not with the file")
    if len(body) > most:
        raise SiteError("it sends more than such a file may have")
    if not whole:
        raise SiteError("it hung up before the end")
    return body


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid for it"
    return "it speaks no TLS that this computer does"
