"""Nodes on machines in one room find each other and sync, without a router and without a word."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode, until
from tests.reach.lan_room import Machine, Room, a_home, a_room

from sayso_protocol.discovery.mdns.packet import PTR, TXT, decode_packet, read_texts

pytestmark = pytest.mark.e2e

LISTEN = ["--listen", "/ip4/0.0.0.0/tcp/0", "--listen", "/ip6/::/tcp/0"]
CAPTURE = Path(__file__).with_name("packet_capture.py")
FLOOD = CAPTURE.with_name("mdns_flood.py")
UDP_HEADERS = {b"\x08\x00": 14 + 20 + 8, b"\x86\xdd": 14 + 40 + 8}


@pytest.fixture
def room() -> Iterator[Room]:
    with a_room() as made:
        yield made


def friends(path: Path) -> tuple[Home, Home]:
    """Two homes; the second follows the first."""
    writer, reader = a_home(path, "writer"), a_home(path, "reader")
    writer("post", "In the same room.")
    reader("follow", writer.account)
    return writer, reader


def seconds_until_received(node: RunningNode) -> float:
    """How long it takes until something comes; a node to which nothing does is ended."""
    began = time.monotonic()
    timer = threading.Timer(60, node.process.kill)
    timer.start()
    try:
        node.wait_for("received")
    finally:
        timer.cancel()
    return time.monotonic() - began


@contextmanager
def captured(machine: Machine) -> Iterator[list[bytes]]:
    """The frames of multicast DNS that pass while the context lasts; filled at its end."""
    found: list[bytes] = []
    process = subprocess.Popen(
        [*machine.inside, sys.executable, str(CAPTURE), "eth0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield found
    finally:
        process.terminate()
        found += [bytes.fromhex(line) for line in process.communicate()[0].splitlines()]


@long
@pytest.mark.parametrize(
    ("listen", "addresses", "met_at"),
    [
        (LISTEN[:2], ["10.20.0.1/24", "10.20.0.2/24"], "/ip4/10.20.0."),
        (LISTEN[:2], ["169.254.1.1/16", "169.254.1.2/16"], "/ip4/169.254.1."),
        (LISTEN, [None, None], "/fe80::"),
    ],
)
def test_two_in_a_room_sync_without_configuration(
    listen: list[str], addresses: list[str | None], met_at: str, room: Room, tmp_path: Path
) -> None:
    writer, reader = friends(tmp_path)
    desk, sofa = (room.machine(n, a) for n, a in zip(("desk", "sofa"), addresses, strict=True))
    with desk.node(writer, *listen):
        time.sleep(4)  # it has asked three times before the other comes
        with sofa.node(reader, *listen) as node:
            took = seconds_until_received(node)
            assert reader.texts(writer.account) == ["In the same room."]
            [peer] = reader.connected()
            assert met_at in peer["addr"]
            links = reader("status")[0]["lan"]["links"]
            assert links == ["eth0 IPv4"] * (addresses[0] is not None) + ["eth0 IPv6"]
            assert took < 3


@long
def test_what_is_announced_names_neither_host_nor_account(room: Room, tmp_path: Path) -> None:
    writer, reader = friends(tmp_path)
    desk, sofa = room.machine("desk", "10.20.0.1/24"), room.machine("sofa", "10.20.0.2/24")
    with captured(sofa) as frames, desk.node(writer, *LISTEN) as first, sofa.node(reader, *LISTEN):
        until(lambda: bool(reader.texts(writer.account)))
    everything = b"".join(frames).lower()
    for secret in ("the-machine-desk", "the-machine-sofa", writer.account, reader.account):
        assert secret.lower().encode() not in everything
    packets = [decode_packet(frame[UDP_HEADERS[frame[12:14]] :]) for frame in frames]
    told = [record for one in packets for record in one.answers if record.kind == TXT]
    assert any(f"/p2p/{first.peer_id}".encode() in text for one in told for text in _texts(one))
    names = {one.target for packet in packets for one in packet.answers if one.kind == PTR}
    assert len(names) == 4  # two machines, two families
    assert all(name is not None and len(name[0]) == 32 for name in names)
    # The last words of both take back what they said.
    assert {record.ttl for record in told} == {120, 0}


def _texts(record) -> list[bytes]:
    return read_texts(record.data)


@long
@pytest.mark.parametrize(
    "options",
    [[*LISTEN, "--no-mdns"], ["--listen", "/ip4/127.0.0.1/tcp/0"]],
    ids=["no-mdns", "loopback"],
)
def test_who_wants_none_of_it_is_silent(options: list[str], room: Room, tmp_path: Path) -> None:
    writer, reader = friends(tmp_path)
    desk, sofa = room.machine("desk", "10.20.0.1/24"), room.machine("sofa", "10.20.0.2/24")
    with captured(sofa) as frames, sofa.node(reader, *LISTEN):
        with captured(desk) as alone, desk.node(writer, *options):
            time.sleep(4)
            assert writer("status")[0]["lan"] is None
        assert reader.connected() == []
    hardware = _hardware(desk), _hardware(sofa)
    assert alone
    assert {frame[6:12] for frame in (*alone, *frames)} == {hardware[1]}


def _hardware(machine: Machine) -> bytes:
    [link] = json.loads(machine.run("ip", "-json", "link", "show", "eth0"))
    return bytes.fromhex(link["address"].replace(":", ""))


def test_only_machines_of_the_link_are_neighbours(room: Room) -> None:
    desk = room.machine("desk", "10.20.0.1/24")
    desk.run("ip", "address", "add", "169.254.7.1/16", "dev", "eth0")
    desk.run("ip", "route", "add", "default", "via", "10.20.0.254")
    script = (
        "import sys; from sayso_node.network.discovery.multicast import multicast_interfaces\n"
        "v4, v6 = multicast_interfaces()\n"
        "print(str(v4), str(v6), v4.own_host, v6.own_host.partition('%')[2])\n"
        "print([host for host in sys.argv[1:] if (v6 if ':' in host else v4).is_neighbour(host)])"
    )
    near = ["10.20.0.2", "10.20.0.77", "169.254.3.4", "fe80::5"]
    far = ["10.21.0.2", "192.168.1.1", "8.8.8.8", "2001:db8::1", "fd00::1", "::1"]
    said = desk.run(sys.executable, "-c", script, *near, *far).splitlines()
    assert said == ["eth0 IPv4 eth0 IPv6 10.20.0.1 eth0", str(near)]


@pytest.mark.long
def test_a_flood_hurts_nobody(room: Room, tmp_path: Path) -> None:
    """A machine of the room sends what it can: garbage, and peers at another machine's address,
    where something listens. Nobody calls there, and friends find each other all the same."""
    writer, reader = friends(tmp_path)
    desk, sofa = room.machine("desk", "10.20.0.1/24"), room.machine("sofa", "10.20.0.2/24")
    hostile, victim = room.machine("x", "10.20.0.3/24"), room.machine("y", "10.20.0.4/24")
    flood = [*hostile.inside, sys.executable, str(FLOOD), "eth0", "20", "10.20.0.4"]
    listen = "import socket; s = socket.create_server(('', 4001)); print('ready', flush=True)\n"
    listen += (
        "s.settimeout(26)\ntry: print('called by', s.accept())\nexcept OSError: print('quiet')"
    )
    called = subprocess.Popen(
        [*victim.inside, sys.executable, "-c", listen], stdout=subprocess.PIPE, text=True
    )
    assert called.stdout is not None
    assert called.stdout.readline() == "ready\n"
    with desk.node(writer, *LISTEN) as one:
        flooding = subprocess.Popen(flood, stdout=subprocess.PIPE, text=True)
        time.sleep(2)
        with sofa.node(reader, *LISTEN) as other:
            seconds_until_received(other)
            assert flooding.poll() is None
            sent = int(flooding.communicate(timeout=60)[0])
            lan = writer("status")[0]["lan"]
            assert lan["malformed"] > 10
            assert 1000 < lan["dropped"] < sent
            assert len(reader.connected()) == 1
            assert max(one.peak_memory(), other.peak_memory()) < 200 << 20
    assert called.communicate(timeout=60)[0] == "quiet\n"


@long
def test_who_comes_back_elsewhere_is_found_again(room: Room, tmp_path: Path) -> None:
    """Another port, another address: what was true before is tried by nobody first."""
    writer, reader = friends(tmp_path)
    desk, sofa = room.machine("desk", "10.20.0.1/24"), room.machine("sofa", "10.20.0.2/24")
    with sofa.node(reader, *LISTEN[:2]) as node:
        with desk.node(writer, *LISTEN[:2]):
            seconds_until_received(node)
        writer("post", "Back again.")
        desk.run("ip", "address", "del", "10.20.0.1/24", "dev", "eth0")
        desk.run("ip", "address", "add", "10.20.0.7/24", "dev", "eth0")
        with desk.node(writer, *LISTEN[:2]):
            assert seconds_until_received(node) < 3
        assert reader.texts(writer.account) == ["In the same room.", "Back again."]


@long
def test_two_homes_on_one_machine_find_each_other(room: Room, tmp_path: Path) -> None:
    writer, reader = friends(tmp_path)
    desk = room.machine("desk", "10.20.0.1/24")
    with desk.node(writer, *LISTEN), desk.node(reader, *LISTEN) as node:
        seconds_until_received(node)


@pytest.mark.long
def test_a_network_that_comes_later_is_used(room: Room, tmp_path: Path) -> None:
    writer, reader = friends(tmp_path)
    desk, sofa = room.machine("desk", "10.20.0.1/24"), room.machine("sofa", "10.20.0.2/24")
    desk.run("ip", "link", "set", "eth0", "down")
    with desk.node(writer, *LISTEN), sofa.node(reader, *LISTEN) as node:
        time.sleep(5)
        assert reader.connected() == []
        desk.run("ip", "link", "set", "eth0", "up")
        assert seconds_until_received(node) < 20
