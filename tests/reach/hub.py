"""A hub in place of a bridge, on which packets take time: `hub.py run MS INTERFACE…`.

For kernels without netem. `hub.py whole INTERFACE` makes an end of such a wire compute its check
sums itself, since nothing behind a raw socket does it later.
"""

from __future__ import annotations

import fcntl
import heapq
import itertools
import select
import socket
import struct
import sys
import time

_ETH_P_ALL = 3
_SIOCETHTOOL = 0x8946
_SWITCHES = {"tx checksum": 0x17, "tso": 0x1F, "gso": 0x24, "gro": 0x2C}
"""The requests that set each (linux/ethtool.h)."""
_PACKET_ADD_MEMBERSHIP, _PACKET_MR_PROMISC = 1, 1


def make_whole(interface: str) -> None:
    """Switch off what an interface leaves for later."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request in _SWITCHES.values():
            value = bytearray(struct.pack("=II", request, 0))
            _ethtool(any_socket, interface, value)


def _ethtool(any_socket: socket.socket, interface: str, value: bytearray) -> None:
    import ctypes

    place = ctypes.addressof((ctypes.c_char * len(value)).from_buffer(value))
    try:
        fcntl.ioctl(any_socket, _SIOCETHTOOL, struct.pack("16sP", interface.encode(), place))
    except OSError as error:
        print(interface, error, file=sys.stderr)


def _open(interface: str) -> socket.socket:
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    port.bind((interface, 0))
    everything = struct.pack("iHH8s", socket.if_nametoindex(interface), _PACKET_MR_PROMISC, 0, b"")
    port.setsockopt(263, _PACKET_ADD_MEMBERSHIP, everything)  # SOL_PACKET
    port.setblocking(False)
    return port


class Hub:
    """Gives each frame to all other interfaces, some time later and in order."""

    def __init__(self, delay: float, interfaces: list[str]) -> None:
        self._delay = delay
        self._ports = [_open(one) for one in interfaces]
        self._waiting: list[tuple[float, int, socket.socket, bytes]] = []
        self._numbers = itertools.count()

    def run(self) -> None:
        """Until killed."""
        while True:
            due = self._waiting[0][0] - time.monotonic() if self._waiting else 1.0
            ready, _, _ = select.select(self._ports, [], [], max(0.0, due))
            for port in ready:
                self._take(port)
            self._give(time.monotonic())

    def _take(self, port: socket.socket) -> None:
        while True:
            try:
                frame, where = port.recvfrom(65600)
            except BlockingIOError:
                return
            if where[2] == socket.PACKET_OUTGOING:
                continue
            due = time.monotonic() + self._delay
            for other in self._ports:
                if other is not port:
                    heapq.heappush(self._waiting, (due, next(self._numbers), other, frame))

    def _give(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, _, port, frame = heapq.heappop(self._waiting)
            try:
                port.send(frame)
            except OSError:  # its queue is full, or the machine is gone: packets get lost
                pass


if __name__ == "__main__":
    if sys.argv[1] == "whole":
        make_whole(sys.argv[2])
    else:
        hub = Hub(float(sys.argv[2]) / 1000, sys.argv[3:])
        print("ready", flush=True)
        hub.run()
