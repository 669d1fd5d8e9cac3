"""The client of a running node's control socket: plain blocking sockets, no trio.

One request a connection: a JSON object and a newline each way. A request names the language of
who asks, in which the node then says what it says to a person. The socket lies in the
home, mode 0600, in a directory of mode 0700.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sayso_protocol.translation import _, installed_language

from ..errors import ControlError, NodeStopped
from ..home.directory import Home

if TYPE_CHECKING:
    from sayso_protocol.feed.run import Run

MAX_MESSAGE = 1 << 20
NOTIFY_SECONDS = 0.2
_MAX_SOCKET_PATH = 100
"""A Unix socket's address holds 104 bytes on some systems, 108 on others."""

Change = Literal["entries", "all"]


def notify(home: Home, what: Change, run: Run | None = None) -> None:
    """Tell a running node that the store has new own entries (this `run`, which is on the disk), or
    that anything may have changed. Does not wait for an answer and never fails: a node that does
    not run will look when it starts."""
    try:
        with _connected(home, NOTIFY_SECONDS) as client:
            client.sendall(_encode({"do": "changed", "what": what, **_notice(run)}))
    except OSError:
        pass


def request(home: Home, do: str, *, patience: float = 10.0, **fields: Any) -> dict[str, Any]:
    """Ask a running node; waits `patience` seconds at most. Raises `ControlError`."""
    try:
        with _connected(home, patience) as client:
            client.sendall(_encode({"do": do, "language": installed_language(), **fields}))
            answer = json.loads(_read_line(client))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NodeStopped(_("no node is running: start one with `sayso run`")) from error
    except TimeoutError as error:
        raise ControlError(_("the node does not answer: is it very busy? try again")) from error
    except (OSError, ValueError) as error:
        raise ControlError(
            _("the node did not answer properly: {error}; try again").format(error=error)
        ) from error
    if not isinstance(answer, dict):
        raise ControlError(_("the node did not answer properly"))
    if "error" in answer:
        raise ControlError(str(answer["error"]))
    return answer


def is_running(home: Home) -> bool:
    """Whether a node answers in this home."""
    try:
        with _connected(home, NOTIFY_SECONDS):
            return True
    except OSError:
        return False


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """The address to bind or connect a Unix socket to.

    A long path is reached through a descriptor of its directory (Linux), since the address
    of a Unix socket is short.
    """
    text = str(path)
    if len(os.fsencode(text)) <= _MAX_SOCKET_PATH:
        yield text
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


@contextmanager
def _connected(home: Home, patience: float) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(patience)
        with socket_address(home.control) as address:
            client.connect(address)
        yield client


def _notice(run: Run | None) -> dict[str, object]:
    if run is None:
        return {}
    from .notice import encode_notice  # who has a run has loaded what this needs

    return encode_notice(run)


def _encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _read_line(client: socket.socket) -> bytes:
    data = bytearray()
    while not data.endswith(b"\n"):
        part = client.recv(65536)
        if not part or len(data) > MAX_MESSAGE:
            raise OSError("it ended early")
        data += part
    return bytes(data)
