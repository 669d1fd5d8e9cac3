"""A primary and two standbys on 127.0.0.1, of which one has to have what counts as kept."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psycopg
from tests.storage import postgres_server

NUMBERS: Final = (1, 2, 3)
WAIT_SECONDS: Final = 60.0

SAFE: Final = "ANY 1 (h1, h2, h3)"
"""`synchronous_standby_names` with which nothing is kept that the primary has alone."""

UNSAFE: Final = ""

_SETTINGS: Final = postgres_server.SETTINGS | {
    "wal_keep_size": "512MB",
    "wal_retrieve_retry_interval": "200ms",
    # With the usual 10 s a commit may wait so long for a standby that was just made.
    "wal_receiver_status_interval": "1s",
}


class Machine(postgres_server.Server):
    """A server with a folder of its own, that may be lost."""

    def __init__(self, folder: Path, number: int, port: int) -> None:
        super().__init__(folder / f"h{number}", port, _SETTINGS)
        self.number = number

    @property
    def is_running(self) -> bool:
        """Whether it was started, and neither stopped nor killed."""
        return self._process is not None

    def ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, each statement committed."""
        with psycopg.connect(self.url, autocommit=True) as db:
            # Whoever asks here waits for no standby.
            db.execute("SET synchronous_commit = local")
            cursor = db.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def set(self, name: str, value: str) -> None:
        """Change a setting of a server that runs."""
        self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        self.ask("SELECT pg_reload_conf()")

    def kill(self) -> None:
        """End all its processes without a word, as a power cut does."""
        assert self._process is not None
        for process in [self._process.pid, *_children(self._process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait(timeout=WAIT_SECONDS)
        self._process = None


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(word) for word in listed.split()]


class Cluster:
    """The three. `url` names them all; whichever takes writes is meant."""

    def __init__(self, folder: Path, synchronous: str) -> None:
        self._synchronous = synchronous
        self.machines = {
            number: Machine(folder, number, postgres_server._free_port()) for number in NUMBERS
        }
        self.primary = self.machines[1]
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.machines.values())
        self.url = f"postgresql://sayso@{hosts}/postgres"

    def start(self) -> None:
        """Make the primary, and two copies of it."""
        for one in self.machines.values():
            _make_folder(one.folder)
        where = ["-D", str(self.primary.folder / "data"), "-U", "sayso", "-A", "trust"]
        made = ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        postgres_server.run([_program("initdb"), *where, *made])
        self.primary.start()
        # Before the copies, which take it over: one that is promoted waits from the start.
        self.primary.set("synchronous_standby_names", self._synchronous)
        for one in self.standbys():
            self._copy(one)
        self.wait_for_standbys()

    def stop(self) -> None:
        """Stop what runs."""
        for one in self.machines.values():
            one.stop()

    def standbys(self) -> list[Machine]:
        """Those that are not the primary."""
        return [one for one in self.machines.values() if one is not self.primary]

    def cut(self) -> None:
        """Cut the primary off from its standbys."""
        for one in self.standbys():
            one.set("primary_conninfo", "")
        until(lambda: not self.primary.ask("SELECT 1 FROM pg_stat_replication"))

    def fail_over(self) -> Machine:
        """Make the standby the primary that received most, after the primary was killed; gives the
        one that was lost."""
        lost = self.primary
        self.primary = max(self.standbys_of(lost), key=_received)
        self.primary.ask("SELECT pg_promote(true, 20)")
        return lost

    def standbys_of(self, primary: Machine) -> list[Machine]:
        """All but one."""
        return [one for one in self.machines.values() if one is not primary]

    def follow_primary(self, *, anew: bool) -> None:
        """Have the standby that is left follow the new primary, as a new copy or as it is, and the
        machine that was lost come back as a copy."""
        for one in self.standbys():
            if one.is_running and not anew:
                one.set("primary_conninfo", self._conninfo(one))
        for one in self.standbys():
            if anew or not one.is_running:
                one.stop()
                self._copy(one)
        self.wait_for_standbys()

    def wait_for_standbys(self) -> None:
        """Wait until both standbys receive."""
        query = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
        until(lambda: len(self.primary.ask(query)) == len(NUMBERS) - 1)

    def _copy(self, one: Machine) -> None:
        shutil.rmtree(one.folder / "data", ignore_errors=True)
        source = f"host=127.0.0.1 port={self.primary.port} user=sayso"
        where = ["-D", str(one.folder / "data"), "-d", source]
        postgres_server.run(
            [_program("pg_basebackup"), *where, "-X", "stream", "-c", "fast", "-N", "-R"]
        )
        with (one.folder / "data" / "postgresql.auto.conf").open("a") as file:
            file.write(f"primary_conninfo = '{self._conninfo(one)}'\n")
        one.start()

    def _conninfo(self, one: Machine) -> str:
        return f"host=127.0.0.1 port={self.primary.port} user=sayso application_name=h{one.number}"


def _received(one: Machine) -> int:
    query = "SELECT (coalesce(pg_last_wal_receive_lsn(), '0/0') - '0/0'::pg_lsn)::bigint"
    return int(one.ask(query)[0][0])


def _program(name: str) -> str:
    found = postgres_server.programs()
    assert found is not None
    return str(found / name)


def _make_folder(folder: Path) -> None:
    folder.mkdir()
    user = postgres_server._user()
    if user:
        os.chown(folder, user["user"], user["group"])


def until(is_so: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@contextmanager
def cluster(synchronous: str = SAFE) -> Iterator[Cluster]:
    """Three new servers, that end with the `with`."""
    with tempfile.TemporaryDirectory(prefix="sayso-cluster-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        one = Cluster(folder, synchronous)
        try:
            one.start()
            yield one
        finally:
            one.stop()
