"""Socket owners: the user whose process is at the other end of a connection within this machine.

Loopback is open to every user of a machine. Linux tells whose a socket is (sock_diag(7)); elsewhere
nothing is known, and the secrets of links, cookies and tokens have to do."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress
from typing import Final

import trio

_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_REQUEST: Final = 1
_ESTABLISHED, _CLOSE_WAIT = 1, 8

_HEADER: Final = struct.Struct("=IHHII")
_BEGIN: Final = struct.Struct("=BBBxI")
_IDENTITY: Final = struct.Struct("=2s2s16s16sI8s")
_ANSWER: Final = struct.Struct("=BBBB48sIIIII")
"""`inet_diag_msg`: family, state, timer, retransmits; the identity; expires, both queues, the user
and the inode."""


def is_own_or_unknown(connection: trio.socket.SocketType) -> bool:
    """Whether the other end of an accepted connection belongs to this user, or to root, or it
    cannot be told."""
    owner = socket_owner(connection)
    return owner is None or owner in (os.geteuid(), 0)


def socket_owner(connection: trio.socket.SocketType) -> int | None:
    """The id of the user who opened the other end; None where the system does not say."""
    if not hasattr(socket, "AF_NETLINK"):
        return None
    with suppress(OSError, struct.error):
        here, there = connection.getsockname()[:2], connection.getpeername()[:2]
        return _ask(connection.family, there, here)
    return None


def _ask(family: int, source: tuple[str, int], target: tuple[str, int]) -> int | None:
    identity = _IDENTITY.pack(
        struct.pack("!H", source[1]),
        struct.pack("!H", target[1]),
        socket.inet_pton(family, source[0]),
        socket.inet_pton(family, target[0]),
        0,
        b"\xff" * 8,  # INET_DIAG_NOCOOKIE
    )
    body = _BEGIN.pack(family, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + identity
    head = _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as asker:
        asker.setblocking(False)  # the kernel answers within `send`
        asker.send(head + body)
        answer = asker.recv(4096)
    _, kind, *_ = _HEADER.unpack_from(answer)
    if kind != _SOCK_DIAG_BY_FAMILY:
        return None
    _, state, *_, user, _ = _ANSWER.unpack_from(answer, _HEADER.size)
    # A socket that nobody holds any more is said to be root's, whoever had it.
    return int(user) if state in (_ESTABLISHED, _CLOSE_WAIT) else None
