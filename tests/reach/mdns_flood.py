"""Sends datagrams to the group of multicast DNS: `mdns_flood.py INTERFACE SECONDS VICTIM`. Garbage,
questions, and answers of made-up peers at the address of VICTIM, an IP address. Prints how many."""

import random
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fuzz.datagrams import datagrams
from tests.fuzz.mutator import Mutator

from sayso_protocol.discovery.mdns.announcement import encode_announcement, names_of
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key


def main() -> None:
    interface, seconds, victim = sys.argv[1:]
    chance = random.Random(1)
    seeds = list(datagrams())
    mutator = Mutator(sorted(seeds))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        group = socket.inet_aton("0.0.0.0") * 2 + socket.if_nametoindex(interface).to_bytes(
            4, sys.byteorder
        )
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, group)
        sock.bind(("", 5353))
        end, sent = time.monotonic() + float(seconds), 0
        while time.monotonic() < end:
            key = chance.randbytes(32)
            lie = Address("ip4", victim, 4001, peer_id_of_key(key))
            for data in (
                mutator(chance.choice(seeds), 8192, chance),
                chance.randbytes(chance.randint(0, 1400)),
                encode_announcement(names_of(key, 1), [lie]),
            ):
                sock.sendto(data, ("224.0.0.251", 5353))
                sent += 1
        print(sent)


main()
