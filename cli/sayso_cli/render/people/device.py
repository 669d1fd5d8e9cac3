"""The look of a device to a program and to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...terminal.output import Output
from ..short import SHORT_KEY

if TYPE_CHECKING:
    from sayso_node.accounts.devices.device import Device
    from sayso_node.accounts.devices.pending_device import PendingDevice


def pending_device_record(device: PendingDevice) -> dict[str, Any]:
    """The same of a device that was let in and has not been heard of."""
    from sayso_protocol.crypto.keys import key_text

    end = device.end
    return {
        "feed": key_text(device.feed),
        "label": device.label,
        "since": None,
        "revoked": None if end is None else {"seq": end.seq, "id": end.id and end.id.hex()},
        "entries": 0,
        "this": False,
    }


def show_pending_device(out: Output, device: PendingDevice) -> None:
    """The same for people."""
    record = pending_device_record(device)
    ended = _("revoked as a whole") if device.end else ""
    out.line(record["feed"][:SHORT_KEY], record["label"] or "", ended)
    out.indented(_("let in from here, and not heard of yet"))


def device_record(device: Device) -> dict[str, Any]:
    """A device for programs."""
    from sayso_node.timestamps import time_text
    from sayso_protocol.crypto.keys import key_text

    since, end = device.since_ms, device.state.end
    return {
        "feed": key_text(device.state.feed),
        "label": device.label,
        "since": None if since is None else time_text(since),
        "revoked": None if end is None else {"seq": end.seq, "id": end.id and end.id.hex()},
        "entries": device.state.count,
        "this": device.this,
    }


def show_device(out: Output, device: Device) -> None:
    """A device for people."""
    from sayso_node.text.relative_time import exact_time

    record = device_record(device)
    first = device.since_ms
    since = (
        _("nothing is here yet")
        if first is None
        else _("since {exact_time}").format(exact_time=exact_time(first))
    )
    here = _("(this device)") if device.this else ""
    out.line(record["feed"][:SHORT_KEY], record["label"] or "", here, _end_of(device))
    out.indented(f"{quantity(record['entries'], 'entry')}, {since}")


def show_what_stays(out: Output, feed: str, when: str = "") -> None:
    """Print what a new device with this feed, as text, does not have, and how and `when` it gets
    it."""
    out.indented(
        _(
            "Whom you follow, petnames, rules and views do not come along. To bring them{when}:"
        ).format(when=when)
    )
    out.indented(
        _("on the other device  `sayso device send {feed} FILE`").format(feed=feed[:SHORT_KEY])
    )
    out.indented(_("here                 `sayso device receive FILE`"))


def _end_of(device: Device) -> str:
    end = device.state.end
    if end is None:
        return ""
    return (
        _("revoked: entry {seq} is the last that counts").format(seq=end.seq)
        if end.seq
        else _("revoked as a whole")
    )
