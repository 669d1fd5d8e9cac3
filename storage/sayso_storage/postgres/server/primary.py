"""Sessions with the primary, wherever it is now: the address may name several servers, of which
one takes writes.

When the primary is lost a standby takes its place after some seconds. Until then no server takes
writes, and whoever wants a session waits for one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import ConnStatus

from .connection import Connection

PATIENCE_SECONDS: Final = 30.0
"""How long a new primary is waited for. Patroni with its usual settings takes up to 20 s."""

FIRST_PAUSE_SECONDS: Final = 0.05
LONGEST_PAUSE_SECONDS: Final = 1.0
"""Between two attempts: twice as long each time, so that a server which starts is not besieged,
and short enough that a new primary is found a second after it is one."""

_DEFAULTS: Final = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""A machine that is gone without a word is noticed after some 10 s, not after hours."""


def address(url: str) -> str:
    """Complete the address of a database by what it leaves open. Of several hosts the one is meant
    that takes writes."""
    given = conninfo_to_dict(url)
    added = {key: value for key, value in _DEFAULTS.items() if key not in given}
    hosts = str(given.get("host") or given.get("hostaddr") or "")
    if "," in hosts and "target_session_attrs" not in given:
        added["target_session_attrs"] = "read-write"
    return make_conninfo(url, **added)


def connect(url: str, name: str, *, patience: float, given_up: threading.Event) -> Connection:
    """Open a session that commits each statement, under a name that the server shows. While there
    is no primary, try again until `patience` seconds are over or `given_up` is set; then raise
    `psycopg.OperationalError`."""
    end = time.monotonic() + patience
    for pause in pauses():
        try:
            return Connection.connect(url, autocommit=True, application_name=name)
        except psycopg.OperationalError:
            if time.monotonic() + pause > end or given_up.wait(pause):
                raise
    raise AssertionError("pauses do not end")


def pauses() -> Iterator[float]:
    """The seconds to wait between one attempt and the next, without end."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def is_alive(db: Connection) -> bool:
    """Whether the server has not ended an idle session. Costs no round trip: a server that is
    killed leaves an end of file behind, one that stops a message before."""
    with suppress(psycopg.Error):
        db.pgconn.consume_input()  # its last words
        db.pgconn.consume_input()  # the end of file
        return bool(db.pgconn.status == ConnStatus.OK) and not db.closed
    return False
