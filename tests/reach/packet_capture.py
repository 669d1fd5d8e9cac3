"""Prints each frame of multicast DNS that passes an interface, in hexadecimal, one a line:
`packet_capture.py INTERFACE`. The first line says that it listens."""

import socket
import sys

IPV4, IPV6 = 0x0800, 0x86DD
PORT = (5353).to_bytes(2, "big")


def is_mdns(frame: bytes) -> bool:
    kind = int.from_bytes(frame[12:14], "big")
    ports = {IPV4: frame[34:38], IPV6: frame[54:58]}.get(kind, b"")
    return PORT in (ports[:2], ports[2:])


def main() -> None:
    everything = 0x0003  # ETH_P_ALL of linux/if_ether.h
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(everything)) as sock:
        sock.bind((sys.argv[1], 0))
        print("ready", flush=True)
        while True:
            frame = sock.recv(65536)
            if is_mdns(frame):
                print(frame.hex(), flush=True)


main()
