"""The desktop's notifications over D-Bus (Desktop Notifications Specification 1.2)."""

from __future__ import annotations

from html import escape
from typing import Final

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

NAME: Final = "org.freedesktop.Notifications"
_ADDRESS: Final = DBusAddress("/org/freedesktop/Notifications", bus_name=NAME, interface=NAME)
_SECONDS: Final = 5.0


class NoDesktop(Exception):
    """Nobody shows notifications here."""


def show(title: str, text: str) -> None:
    """Show one notification; both texts are safe to show already. Some desktops take the text as
    markup, so it is escaped. Blocks for some seconds at most. Raises `NoDesktop`."""
    call = new_method_call(
        _ADDRESS,
        "Notify",
        "susssasa{sv}i",
        ("sayso", 0, "", title, escape(text, quote=False), [], {}, -1),
    )
    try:
        with open_dbus_connection("SESSION") as connection:
            answer = connection.send_and_get_reply(call, timeout=_SECONDS)
    except Exception as error:  # of the system, or jeepney's own where a bus speaks otherwise
        raise NoDesktop from error
    if answer.header.message_type is MessageType.error:
        raise NoDesktop
