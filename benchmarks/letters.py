"""What letters cost a carrier, and stamps whoever makes them.

    python -m benchmarks.letters [--letters 4000] [--bits 18 21 24]

Prints one JSON object, of processor time, both sides of a stream in one process: how many letters
of 2 KiB a second are `taken` by a carrier with its file on the disk, `given` and `erased` (what is
collected is both; `collected` is the two together, with all proofs); `stored` is how many the file
alone takes, a hundred in one transaction. `erased_first` and `erased_last`: letters at the door of
an account with two devices, given to each of them and erased. `refused_us`: a knock at a full lane
without a stamp. `peek_ms`: which of 400 boxes are filled, and `peek_month_ms` of those of 31 days.
`tries` are what one core tries a second for a stamp, and `stamp_s` what one takes on average by its
bits.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random

import trio
import trio.testing

from sayso_node.clock import now_ms
from sayso_node.letters.carrier_service import CarrierService
from sayso_node.letters.letter_client import Delivery, LetterClient
from sayso_node.network.link import Link
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.letters.admission import CarrierLimits, Lane, LaneBounds
from sayso_protocol.letters.box import day_at, door_box, letter_id, pair_key, secret_box
from sayso_protocol.letters.letter_frames import CarriedLetter, Deliver, LetterState
from sayso_protocol.letters.stamp import Mint
from sayso_storage.interface.carried_letters import Collector, Offer
from sayso_storage.sqlite.carried import SqliteCarriedLetters

CHANCE = Random(1)
CARRIER, PEER = (peer_id_of_key(KeyPair.from_seed(bytes([n]) * 32).public) for n in (1, 2))
ACCOUNT = KeyPair.from_seed(bytes([3]) * 32).public
TODAY = day_at(now_ms())
WIDE = CarrierLimits(peer_letters=10**9, network_letters=10**9, free=LaneBounds(0, 0))
SIZE = 2048
IN_A_BOX = 32


class Timer:
    """Processor seconds within `measured`."""

    seconds = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        began = time.process_time()
        yield
        self.seconds += time.process_time() - began

    def rate(self, count: int) -> int:
        return round(count / max(self.seconds, 1e-9))


def letters_for(boxes: Sequence[bytes], count: int) -> list[Delivery]:
    return [Delivery(boxes[n // IN_A_BOX], CHANCE.randbytes(SIZE)) for n in range(count)]


@asynccontextmanager
async def client_of(service: CarrierService) -> AsyncIterator[LetterClient]:
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.answer, Link(PEER, "/", outbound=False, stream=theirs))
        async with ours:
            yield LetterClient(Link(CARRIER, "/", outbound=True, stream=ours))


async def over_streams(folder: Path, count: int) -> dict[str, float]:
    keys = [pair_key(n.to_bytes(32, "big"), TODAY, 0) for n in range(count // IN_A_BOX + 1)]
    sent = letters_for([secret_box(key.public) for key in keys], count)
    file = SqliteCarriedLetters(folder / "carried.db")
    service = CarrierService(
        CARRIER,
        file,
        doors=lambda: {ACCOUNT: lambda _: 18},
        may_collect=lambda _account, _feed: True,
        limits=WIDE,
    )
    taken, collected, given = Timer(), Timer(), 0
    with taken.measured():
        async with client_of(service) as client:
            said = await client.deliver(sent)
    assert {one.state for one in said} == {LetterState.CARRIED}

    async def keep(letters: Sequence[CarriedLetter]) -> None:
        nonlocal given
        given += len(letters)

    with collected.measured():
        for at in range(0, len(keys), 100):  # a session gives at most 4,096
            async with client_of(service) as client:
                await client.collect_boxes(keys[at : at + 100], keep)
    assert given == count
    file.close()
    return {"taken": taken.rate(count), "collected": collected.rate(count)}


def in_the_file(folder: Path, count: int) -> dict[str, float]:
    boxes = [CHANCE.randbytes(16) for _ in range(count // IN_A_BOX + 1)]
    sent = letters_for(boxes, count)
    file = SqliteCarriedLetters(folder / "carried.db")
    stored, given, erased = Timer(), Timer(), Timer()
    with stored.measured():
        for at in range(0, count, 100):
            with file.writing():
                for one in sent[at : at + 100]:
                    file.take(Offer(PEER, "", one.box, Lane.SECRET, one.letter), TODAY, WIDE)
    result: dict[str, float] = {"stored": stored.rate(count)}
    for name, boxes_asked in (("peek_ms", 400), ("peek_month_ms", 400 * 31)):
        asked = [CHANCE.randbytes(16) for _ in range(boxes_asked - 10)] + boxes[:10]
        peek = Timer()
        with peek.measured():
            for at in range(0, len(asked), 4096):
                file.filled(asked[at : at + 4096])
        result[name] = round(peek.seconds * 1000, 2)
    with given.measured():
        for box in boxes:
            file.read([box], 0, IN_A_BOX)
    names = [letter_id(one.box, one.letter) for one in sent]
    with erased.measured():
        for at in range(0, count, 64):
            file.erase(names[at : at + 64], TODAY)
    file.close()
    return result | {"given": given.rate(count), "erased": erased.rate(count)}


def at_doors(folder: Path, count: int) -> dict[str, float]:
    """Letters at the door of one day, which two devices collect one after the other."""
    file = SqliteCarriedLetters(folder / "carried.db")
    devices = [Collector(ACCOUNT, bytes([number]) * 32) for number in (1, 2)]
    for one in devices:
        file.note_collector(one, TODAY)
    box, bounds = door_box(ACCOUNT, TODAY), LaneBounds(10**9, 10**9)
    wide = CarrierLimits(peer_letters=10**9, network_letters=10**9, paid=bounds)
    for at in range(0, count, 100):
        with file.writing():
            for _ in range(min(100, count - at)):
                file.take(Offer(PEER, "", box, Lane.PAID, CHANCE.randbytes(SIZE)), TODAY, wide)
    result = dict[str, float]()
    for name, device in zip(("erased_first", "erased_last"), devices, strict=True):
        timer, place = Timer(), 0
        with timer.measured():
            while rows := file.read([box], place, 64, device):
                place = rows[-1].place
                ids = [letter_id(box, one.letter.letter) for one in rows]
                file.erase(ids, TODAY, device)
        result[name] = timer.rate(count)
    assert file.held().letters == 0
    file.close()
    return result


def refusals(folder: Path, count: int) -> dict[str, float]:
    file = SqliteCarriedLetters(folder / "carried.db")
    doors = {ACCOUNT: lambda _day: 18}
    service = CarrierService(
        CARRIER, file, doors=lambda: doors, may_collect=lambda _a, _f: True, limits=WIDE
    )
    box = door_box(ACCOUNT, TODAY)
    sent = [Deliver(n, box, n, CHANCE.randbytes(512)) for n in range(count)]
    service.door_of(box)
    refused = Timer()
    with refused.measured():
        states = [service.take(PEER, "192.0.2.0/24", one)[0] for one in sent]
    assert states.count(LetterState.PRICE) > count * 0.99
    file.close()
    return {"refused_us": round(refused.seconds / count * 1e6, 1)}


def stamps(bits: Sequence[int], tries: int) -> dict[str, object]:
    timer = Timer()
    with timer.measured():
        mint = Mint(CHANCE.randbytes(16), CHANCE.randbytes(16), 40)
        mint.run(tries)
    rate = timer.rate(tries)
    return {"tries": rate, "stamp_s": {str(one): round(2**one / rate, 3) for one in bits}}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--letters", type=int, default=4000)
    parser.add_argument("--bits", type=int, nargs="+", default=[18, 21, 24])
    chosen = parser.parse_args()
    count: int = chosen.letters
    result: dict[str, object] = {}
    for number, work in enumerate((in_the_file, at_doors, refusals)):
        with tempfile.TemporaryDirectory() as folder:
            result |= work(Path(folder) / str(number), count)
    with tempfile.TemporaryDirectory() as folder:
        result |= trio.run(over_streams, Path(folder) / "home", count)
    print(json.dumps(result | stamps(chosen.bits, 500 * count)))


if __name__ == "__main__":
    main()
