"""Prints each frame that leaves by an interface, in hexadecimal, one a line: `frame_capture.py
INTERFACE`. The first line says that it listens.

Left out is what the kernel sends by itself, whatever runs: neighbour discovery, and its own reports
of groups (ICMPv6 130 to 137 and 143). ARP is not: nobody asks for a neighbour without a packet for
it."""

import socket
import sys

IPV6, ICMPV6, HOP_BY_HOP = 0x86DD, 58, 0
KERNELS = {*range(130, 138), 143}
OUTGOING = 4  # PACKET_OUTGOING of linux/if_packet.h


def is_the_kernels(frame: bytes) -> bool:
    if int.from_bytes(frame[12:14], "big") != IPV6:
        return False
    kind, at = frame[20], 54
    if kind == HOP_BY_HOP:
        kind, at = frame[54], 54 + 8 * (frame[55] + 1)
    return kind == ICMPV6 and frame[at] in KERNELS


def main() -> None:
    everything = 0x0003  # ETH_P_ALL of linux/if_ether.h
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(everything)) as sock:
        sock.bind((sys.argv[1], 0))
        print("ready", flush=True)
        while True:
            frame, (_, _, direction, *_) = sock.recvfrom(65536)
            if direction == OUTGOING and not is_the_kernels(frame):
                print(frame.hex(), flush=True)


main()
