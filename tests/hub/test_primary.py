"""Where the primary is looked for, and for how long."""

from __future__ import annotations

import threading
import time

import pytest
from tests.storage import postgres_server

pytestmark = pytest.mark.skipif(
    bool(postgres_server.why_not()), reason=str(postgres_server.why_not())
)

if not postgres_server.why_not():
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    from sayso_storage.postgres.server.primary import address, connect, pauses

NOBODY = "host=127.0.0.1,127.0.0.1 port=1,1 user=sayso dbname=postgres"
"""Ports on which nothing listens."""


def test_of_several_hosts_the_one_is_meant_that_takes_writes() -> None:
    one = conninfo_to_dict(address("postgresql://ann@db.example/hub"))
    assert "target_session_attrs" not in one
    assert one["connect_timeout"] == "3"
    many = conninfo_to_dict(address("postgresql://ann@a.example,b.example:5433/hub"))
    assert many["target_session_attrs"] == "read-write"
    assert (many["host"], many["user"], many["dbname"]) == ("a.example,b.example", "ann", "hub")


def test_what_an_address_says_itself_counts() -> None:
    given = "postgresql://a.example,b.example/hub?target_session_attrs=primary&connect_timeout=9"
    found = conninfo_to_dict(address(given))
    assert (found["target_session_attrs"], found["connect_timeout"]) == ("primary", "9")


def test_pauses_grow_to_a_second() -> None:
    found = [pause for pause, _ in zip(pauses(), range(8), strict=False)]
    assert found == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


def test_a_new_address_is_tried_once_and_a_known_one_for_a_while() -> None:
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        connect(NOBODY, "sayso", patience=0, given_up=threading.Event())
    assert time.monotonic() - began < 0.5
    with pytest.raises(psycopg.OperationalError):
        connect(NOBODY, "sayso", patience=0.6, given_up=threading.Event())
    assert time.monotonic() - began > 0.3


def test_whoever_gives_up_waits_no_longer() -> None:
    given_up = threading.Event()
    given_up.set()
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        connect(NOBODY, "sayso", patience=60, given_up=given_up)
    assert time.monotonic() - began < 5
