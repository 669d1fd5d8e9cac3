"""An S3 server of this machine: moto's, a process of its own on 127.0.0.1. It keeps objects in
memory, so what was put is gone with it."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LACKING = "moto with its server, of requirements/servers.txt, is not installed"

KEY_ID, SECRET = "AKIASAYSOTEST", "a-secret-of-the-bucket"


def is_installed() -> bool:
    """Whether the server and the client library are here."""
    needed = ("moto", "obstore", "flask", "flask_cors")
    return all(importlib.util.find_spec(name) is not None for name in needed)


class S3Server:
    """A running one."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.endpoint = f"http://127.0.0.1:{port}"

    def make_bucket(self, name: str) -> None:
        self._request("PUT", name)

    def delete_bucket(self, name: str) -> None:
        self._request("DELETE", name)

    def set_policy(self, name: str, policy: str) -> None:
        self._request("PUT", f"{name}?policy", policy.encode())

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """Put an object as somebody else would, who changes what is there."""
        self._store(bucket).put(key, data)

    def get(self, bucket: str, key: str) -> bytes:
        return bytes(self._store(bucket).get(key).bytes())

    def delete(self, bucket: str, key: str) -> None:
        self._store(bucket).delete(key)

    def names(self, bucket: str) -> set[str]:
        """The names of all objects."""
        return {one["path"] for page in self._store(bucket).list() for one in page}

    def _store(self, bucket: str) -> Any:
        from obstore.store import S3Store

        return S3Store(
            bucket,
            config={
                "endpoint": self.endpoint, "region": "us-east-1",
                "access_key_id": KEY_ID, "secret_access_key": SECRET,
            },
            client_options={"allow_http": True},
        )  # fmt: skip

    def _request(self, method: str, path: str, data: bytes | None = None) -> None:
        asked = urllib.request.Request(f"{self.endpoint}/{path}", method=method, data=data)
        urllib.request.urlopen(asked, timeout=10).close()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Start one, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1"]
    environment = {**os.environ, "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(1 << 30)}
    process = subprocess.Popen(
        [*command, "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield S3Server(process, port)
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")
