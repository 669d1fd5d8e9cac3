"""List the account's devices: their feeds, since when they write, and which are revoked."""

from __future__ import annotations

from argparse import ArgumentParser

from ...context import Context
from ...errors import DONE
from ...render.people.device import (
    device_record,
    pending_device_record,
    show_device,
    show_pending_device,
)


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print a line a device."""
    from sayso_node.accounts.devices.device import devices
    from sayso_node.accounts.devices.pending_device import pending_devices

    with context.store() as store:
        found, others = devices(store), pending_devices(context.home, store)
    for one in found:
        context.out.record(device_record(one))
        show_device(context.out, one)
    for other in others:
        context.out.record(pending_device_record(other))
        show_pending_device(context.out, other)
    return DONE
