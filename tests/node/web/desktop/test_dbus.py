"""Notifications over a D-Bus daemon of the test's own."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jeepney import MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from sayso_node.web.desktop.dbus import NAME, NoDesktop, show

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed")
    configuration = tmp_path / "bus.conf"
    configuration.write_text(CONFIGURATION.format(path=tmp_path / "bus"))
    with subprocess.Popen(
        [daemon, f"--config-file={configuration}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", process.stdout.readline().strip())
        yield
        process.terminate()


def test_a_notification_is_shown(bus: None) -> None:
    shown: list[tuple[object, ...]] = []
    with open_dbus_connection("SESSION") as desktop:
        desktop.send_and_get_reply(message_bus.RequestName(NAME), timeout=60)

        def answer() -> None:
            while True:
                message = desktop.receive(timeout=60)
                if message.header.message_type is MessageType.method_call:
                    shown.append(message.body)
                    desktop.send(new_method_return(message, "u", (1,)))
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        show("@robin replied to you", 'less < more & "so"')
        thread.join(60)
    [(app, _, _, title, text, actions, _, _)] = shown
    assert (app, title, actions) == ("sayso", "@robin replied to you", [])
    assert text == 'less &lt; more &amp; "so"'


def test_where_nobody_shows_any_it_is_said(bus: None) -> None:
    with pytest.raises(NoDesktop):
        show("a", "b")


@pytest.mark.parametrize("address", ["unix:path=/nonexistent", "nonsense", ""])
def test_without_a_bus_it_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with pytest.raises(NoDesktop):
        show("a", "b")
