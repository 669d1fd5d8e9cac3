"""How fast a film comes from several peers, what memory that takes, and how long a small frame
takes on a connection beside it.

    python -m benchmarks.blob [--megabytes 200] [--sources 3] [--rounds 3] [--link 4000000]

Sources are processes of their own on 127.0.0.1; with three, one lies from its tenth leaf on and one
dies after its thirtieth. Prints one JSON object: megabytes a second and processor seconds of the
fetcher in each round, the bytes that its memory grew by at the most, and milliseconds of an echo of
100 bytes on the same connection, idle and meanwhile. With `--link` each source is behind a line of
so many bytes a second.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import trio

from sayso_node.network.link import Link, Network
from sayso_node.network.transport import open_network
from sayso_node.sync.blob_exchange.blob_exchange import BlobExchange
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import cid_text, digest_of, parse_cid
from sayso_storage.blobs import BlobDirectory

ECHO = "/sayso/bench-echo/1"
ECHO_SIZE = 100
NOW_MS = 1_700_000_000_000

LINK_KEEPS = 32 << 10
LINK_PIECE = 4096


async def ignore(_: Link) -> None:
    await trio.sleep_forever()


async def echo(link: Link) -> None:
    while data := await link.stream.receive_some(ECHO_SIZE):
        await link.stream.send_all(data)


def exchange_of(network: Network, blobs: BlobDirectory, known: dict[str, str]) -> BlobExchange:
    return BlobExchange(
        network,
        blobs,
        is_given=lambda _: True,
        is_favoured=lambda _: True,
        address_of=known.get,
    )


# --- a source


async def serve(folder: Path, number: int, how: str) -> None:
    """Hold the film and give it: `how` is ``honest``, ``lies`` or ``dies``."""
    blobs = BlobDirectory(folder)
    held = blobs.all_held()[0]
    if how == "lies":
        spoil(folder / digest_of(held.cid).hex())
    seed = hashlib.sha256(b"source %d" % number).digest()
    listen = ["/ip4/127.0.0.1/tcp/0"]
    async with open_network(node_seed=seed, listen=listen, on_link=ignore) as network:
        exchange = exchange_of(network, blobs, {})
        network.handle(ECHO, echo)
        print(network.addresses[0], flush=True)
        if how == "dies":
            while True:
                await trio.sleep(0.005)
                if exchange.responder.sent >= 30 * LEAF_SIZE:
                    return
        await trio.sleep_forever()


def spoil(path: Path) -> None:
    with path.open("r+b") as file:
        for at in range(10 * LEAF_SIZE, path.stat().st_size, LEAF_SIZE):
            file.seek(at)
            file.write(b"?")


# --- a slow line


async def pass_on(source: trio.SocketStream, sink: trio.SocketStream, rate: float) -> None:
    try:
        while data := await source.receive_some(LINK_PIECE):
            await sink.send_all(data)
            await trio.sleep(len(data) / rate)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass
    await sink.aclose()


async def slow_link(port: int, rate: float) -> None:
    """Pass on so many bytes a second each way. What is sent too fast waits with whoever sends
    it, as before a slow line."""

    async def join(near: trio.SocketStream) -> None:
        far = await trio.open_tcp_stream("127.0.0.1", port)
        async with trio.open_nursery() as nursery:
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LINK_KEEPS)
                nursery.start_soon(pass_on, source, sink, rate)

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    print(listeners[0].socket.getsockname()[1], flush=True)
    await trio.serve_listeners(join, listeners)


# --- the fetcher


async def measure(folder: Path, cid: bytes, size: int, addresses: Sequence[str]) -> dict[str, Any]:
    known = {address.rpartition("/")[2]: address for address in addresses}
    seed = hashlib.sha256(b"reader").digest()
    async with open_network(node_seed=seed, listen=[], on_link=ignore) as network:
        exchange = exchange_of(network, BlobDirectory(folder), known)
        with network.hold(next(iter(known))):
            beside = await network.open_stream(addresses[0], ECHO)
            idle = [await echo_ms(beside) for _ in range(200)]
            memory, cpu, began = peak(), time.process_time(), time.perf_counter()
            busy: list[float] = []
            async with trio.open_nursery() as nursery:
                download = exchange.start(nursery, cid, size, list(known))
                while not download.ended.is_set():
                    busy.append(await echo_ms(beside))
                    await trio.sleep(0.01)
            took = time.perf_counter() - began
            assert download.held is not None, download.error
    return {
        "mb_per_s": round(size / 1e6 / took, 1),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "memory_grew": peak() - memory,
        "refused": dict(download.fetch.refused),
        "echo_idle_ms": round(median(idle), 2),
        "echo_busy_p50_ms": round(median(busy), 2),
        "echo_busy_p99_ms": round(quantiles(busy, n=100)[98], 2) if len(busy) > 1 else None,
    }


async def echo_ms(link: Link) -> float:
    began = time.perf_counter()
    await link.stream.send_all(bytes(ECHO_SIZE))
    missing = ECHO_SIZE
    while missing:
        missing -= len(await link.stream.receive_some(missing))
    return (time.perf_counter() - began) * 1000


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def behind_slow_link(address: str, rate: int, proxies: list[subprocess.Popen[str]]) -> str:
    """The address of a source behind a slow link."""
    port = address.split("/")[4]
    words = [sys.executable, "-m", __spec__.name, "line", port, str(rate)]
    proxies.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
    assert proxies[-1].stdout is not None
    return address.replace(f"/tcp/{port}/", f"/tcp/{proxies[-1].stdout.readline().strip()}/")


def one_round(
    film: Path, cid: str, kinds: Sequence[str], folder: Path, link: int | None
) -> dict[str, Any]:
    """A round in a process of its own, so that its memory is its own."""
    sources: list[subprocess.Popen[str]] = []
    try:
        for number, how in enumerate(kinds):
            place = folder / f"{how}-{number}"
            with film.open("rb") as file:
                BlobDirectory(place).add(file, NOW_MS)
            words = [sys.executable, "-m", __spec__.name, "serve", str(place), str(number), how]
            sources.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        addresses = [source.stdout.readline().strip() for source in sources if source.stdout]
        if link is not None:
            addresses = [behind_slow_link(one, link, sources) for one in addresses]
        size = str(film.stat().st_size)
        words = [sys.executable, "-m", __spec__.name, "fetch", str(folder / "reader"), cid, size]
        done = subprocess.run([*words, *addresses], capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    finally:
        for source in sources:
            source.kill()
            source.communicate()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--megabytes", type=int, default=200)
    options.add_argument("--sources", type=int, choices=(1, 2, 3), default=3)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--link", type=int, help="bytes a second that each source can send")
    chosen = options.parse_args()
    kinds = ("honest", "lies", "dies") if chosen.sources == 3 else ("honest",) * chosen.sources
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film"
        with film.open("wb") as file:
            for number in range(chosen.megabytes):
                file.write(number.to_bytes(8, "big") * 125_000)
        with film.open("rb") as file:
            began, cpu = time.perf_counter(), time.process_time()
            cid = BlobDirectory(Path(folder) / "own").add(file, NOW_MS).cid
            adding = {
                "add_mb_per_s": round(chosen.megabytes / (time.perf_counter() - began), 1),
                "add_cpu_seconds": round(time.process_time() - cpu, 2),
            }
        rounds = []
        for _ in range(chosen.rounds):
            with tempfile.TemporaryDirectory(dir=folder) as place:
                rounds.append(one_round(film, cid_text(cid), kinds, Path(place), chosen.link))
    print(json.dumps({"megabytes": chosen.megabytes, "sources": kinds, **adding, "rounds": rounds}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder, number, how]:
            trio.run(serve, Path(folder), int(number), how)
        case ["line", port, rate]:
            trio.run(slow_link, int(port), float(rate))
        case ["fetch", folder, cid, size, *addresses]:
            result = trio.run(measure, Path(folder), parse_cid(cid), int(size), addresses)
            print(json.dumps(result))
        case _:
            main()
