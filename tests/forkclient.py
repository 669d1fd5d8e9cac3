"""Has the fork server run one command: `python tests/forkclient.py ADDRESS WORDS…`.

It imports little, so that it costs little: it is started for each command of a page.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

TYPE_CHECKING = False  # `typing` would cost a third of the start
if TYPE_CHECKING:
    from typing import IO


def ask(
    server: str,
    words: list[str],
    cwd: str,
    env: dict[str, str],
    files: list[IO[bytes]],
    timeout: float | None,
) -> int | None:
    """Have one command run with these three files; gives its exit code. After so many seconds
    it is killed, and None is given."""
    asked = json.dumps([words, cwd, env]).encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(server)
        line.settimeout(timeout)
        length = len(asked).to_bytes(4, "big")
        socket.send_fds(line, [length], [file.fileno() for file in files])
        line.sendall(asked)
        pid = int.from_bytes(line.recv(4, socket.MSG_WAITALL), "big")
        try:
            code = line.recv(1)
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            return None
        assert code, f"{words}: killed"
        return code[0]


if __name__ == "__main__":
    streams = [sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer]
    sys.exit(ask(sys.argv[1], sys.argv[2:], os.getcwd(), dict(os.environ), streams, None))  # noqa: PTH109
