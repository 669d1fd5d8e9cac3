"""List the account's devices: their feeds, since when they write, and which are revoked."""

from __future__ import annotations

from argparse import ArgumentParser

from ...context import Context
from ...errors import DONE
from ...render.device import record_of, record_of_awaited, show_awaited, show_device


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(session: Context) -> int:
    """Print a line a device."""
    from sayso_node.accounts.devices.device import devices
    from sayso_node.accounts.devices.pending_device import pending_devices

    with session.store() as store:
        found, others = devices(store), pending_devices(session.home, store)
    for one in found:
        session.out.record(record_of(one))
        show_device(session.out, one)
    for other in others:
        session.out.record(record_of_awaited(other))
        show_awaited(session.out, other)
    return DONE
