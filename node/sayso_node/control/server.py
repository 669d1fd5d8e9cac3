"""The node's side of the control socket; `client` is the other.

Only processes of the same user are heard: the directory and the socket are private, and
the kernel is asked whose process the other end is.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import trio

from sayso_protocol.translation import _, speaking
from sayso_storage.interface.store import StoreError

from ..errors import NodeError
from ..home.directory import FILE_MODE, Home
from ..text.language import catalogue_of
from .client import MAX_MESSAGE, socket_address

log = logging.getLogger(__name__)

REQUEST_SECONDS = 5.0
"""How long a client may take to say what it wants, and then to read the answer."""
MAX_CLIENTS = 32

Action = Callable[[dict[str, Any]], Awaitable[Mapping[str, object]]]
"""Answers a request with what becomes a JSON object."""


@asynccontextmanager
async def control_socket(home: Home, actions: Mapping[str, Action]) -> AsyncIterator[None]:
    """Answer requests while the context lasts. The home's lock must be held: what is there
    of an old socket is removed."""
    async with control_listener(home) as listener, answered(listener, actions):
        yield


@asynccontextmanager
async def control_listener(home: Home) -> AsyncIterator[trio.socket.SocketType]:
    """A control socket on which requests wait until they are `answered`: whoever asks a node that
    is about to start has it answer as soon as it has. The lock as for `control_socket`."""
    home.control.unlink(missing_ok=True)
    listener = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    with listener:
        with socket_address(home.control) as address:
            old = os.umask(0o177)
            try:
                await listener.bind(address)
            finally:
                os.umask(old)
        home.control.chmod(FILE_MODE)
        listener.listen(MAX_CLIENTS)
        try:
            yield listener
        finally:
            home.control.unlink(missing_ok=True)


@asynccontextmanager
async def answered(
    listener: trio.socket.SocketType, actions: Mapping[str, Action]
) -> AsyncIterator[None]:
    """Answer the requests of a control socket while the context lasts."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_accept, listener, actions)
        try:
            yield
        finally:
            nursery.cancel_scope.cancel()


async def _accept(listener: trio.socket.SocketType, actions: Mapping[str, Action]) -> None:
    places = trio.CapacityLimiter(MAX_CLIENTS)
    async with trio.open_nursery() as nursery:
        while True:
            try:
                client = (await listener.accept())[0]
            except OSError as error:
                log.warning("control socket: %s", error)
                await trio.sleep(0.1)
                continue
            nursery.start_soon(_answer, client, actions, places)


async def _answer(
    client: trio.socket.SocketType, actions: Mapping[str, Action], places: trio.CapacityLimiter
) -> None:
    with client:
        if not _same_user(client):
            log.warning("control socket: a process of another user was turned away")
            return
        async with places:
            try:
                with trio.fail_after(REQUEST_SECONDS):
                    request = json.loads(await _read_line(client))
                response = await _perform(request, actions)
                with trio.fail_after(REQUEST_SECONDS):
                    await trio.SocketStream(client).send_all(response + b"\n")
            except (OSError, ValueError, trio.TooSlowError, trio.BrokenResourceError) as error:
                log.debug("control socket: %s", error)


async def _perform(request: Any, actions: Mapping[str, Action]) -> bytes:
    """The response as it travels, in the language of who asks."""
    if not isinstance(request, dict):
        return _failure("a request is an object")
    with speaking(catalogue_of(str(request.get("language")))):
        return await _act(request, actions.get(str(request.get("do"))))


async def _act(request: dict[str, Any], action: Action | None) -> bytes:
    if action is None:
        return _failure(_("the running node does not know this request: restart it"))
    try:
        return json.dumps(await action(request)).encode()
    except (NodeError, StoreError) as error:
        return _failure(str(error))
    except Exception:  # a fault of ours, or a request that no command makes: the node goes on
        log.exception("the request %r failed", request.get("do"))
        return _failure(_("the running node failed at this, and its log says how: try again"))


def _failure(text: str) -> bytes:
    return json.dumps({"error": text}).encode()


def _same_user(client: trio.socket.SocketType) -> bool:
    """Whether the other end is a process of this user, or of root.

    Where the system does not tell (`SO_PEERCRED` is Linux's), the file modes have to do.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    size = struct.calcsize("3i")
    user = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, option, size))[1]
    return user in (os.getuid(), 0)


async def _read_line(client: trio.socket.SocketType) -> bytes:
    data = bytearray()
    while not data.endswith(b"\n"):
        part = await client.recv(65536)
        if not part or len(data) > MAX_MESSAGE:
            raise ValueError("a request that ends early or not at all")
        data += part
    return bytes(data)
