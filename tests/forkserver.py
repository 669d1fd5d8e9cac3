"""Commands as processes of their own that are forked, not started: a fork server.

Nine tenths of what a command costs are the start of Python and imports. Here one process has
imported every command, has run none, and is forked for each. So a test may run hundreds of them.
The smoke path of CI starts each as a person does.
"""

from __future__ import annotations

import gc
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import IO

from tests.forkclient import ask

ROOT = Path(__file__).resolve().parent.parent
SERVER = "from tests.forkserver import serve; serve()"


# --- the side of the tests --------------------------------------------------------------


@cache
def _server() -> subprocess.Popen[bytes]:
    path = str(Path(tempfile.mkdtemp(prefix="sayso-fork-")) / "s")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    assert server.stdout.read() == b"ready\n", "the fork server does not start"
    return server


def address() -> str:
    """Where the server of this process listens; it is started by the first who asks."""
    return str(_server().args[-1])  # type: ignore[index]


def close() -> None:
    """End the server, if there is one."""
    if _server.cache_info().currsize:
        _server().communicate()  # it ends with its standard input
        _server.cache_clear()


def run_command(
    words: list[str], *, cwd: str, env: dict[str, str], text: str | None, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run `sayso` with these words to its end, as `subprocess.run` would.

    Raises `subprocess.TimeoutExpired` after so many seconds.
    """
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write((text or "").encode())
        given.seek(0)
        code = ask(address(), words, cwd, env, [given, out, err], timeout)
        if code is None:
            raise subprocess.TimeoutExpired(words, timeout)
        return subprocess.CompletedProcess(words, code, _all_of(out), _all_of(err))


def _all_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


# --- the server -------------------------------------------------------------------------


def serve() -> None:
    """Import every command, then fork for each request, until standard input ends."""
    path = sys.argv[1]
    _import_all()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        os.write(1, b"ready\n")
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            _wait_for_the_ended(os.WNOHANG)
            if sys.stdin in ready:
                break
            line, _ = listener.accept()
            with line:
                if os.fork() == 0:
                    listener.close()
                    _do(line)
    _wait_for_the_ended(0)
    shutil.rmtree(Path(path).parent)


def _wait_for_the_ended(how: int) -> None:
    """So that none stays a zombie, and the time of each is counted."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _import_all() -> None:
    """Import whatever a command may import; the simulator is none."""
    for package in ("sayso_protocol", "sayso_storage", "sayso_node", "sayso_cli"):
        place = import_module(package).__path__
        for module in walk_packages(place, f"{package}."):
            if not module.name.startswith("sayso_node.sim."):
                import_module(module.name)


def _do(line: socket.socket) -> None:
    """Be the command that is asked for, and end."""
    length, files, _, _ = socket.recv_fds(line, 4, 3)
    asked = bytearray()
    while len(asked) < int.from_bytes(length, "big"):
        asked += line.recv(1 << 16)
    words, cwd, env = json.loads(asked)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    # A stream remembers whether its file can be wound back.
    sys.stdin = os.fdopen(0)
    sys.stdout = os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    line.sendall(os.getpid().to_bytes(4, "big"))
    code = 70
    try:
        from sayso_cli.main import main

        code = main(words)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        line.sendall(bytes([code]))
        os._exit(code)
