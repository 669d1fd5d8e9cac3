"""The local server of a running node: a page by HTTP, many open streams, and a film.

    python -m benchmarks.web [--posts 100000] [--streams 200] [--megabytes 300]

Prints one JSON object: `page_ms` p50 of the timeline at a client and `page_cpu_ms` of processor
time in the node, `streams` that were open and `streams_mb` of memory for all of them, `film_mb_s`,
and `lag_ms`, how long the node took to answer its control socket meanwhile (p50 and worst), beside
`calm_ms`, the same without a film.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from tests.e2e.support import Home, RunningNode

from benchmarks.compiled import keep_compiled
from benchmarks.replicate import fill
from sayso_node.control.client import request
from sayso_node.home import directory
from sayso_node.media.blob_store import add_blob
from sayso_protocol.blob.cid import cid_text

MB = 1 << 20
PAGES = 50
PATIENCE = 30.0


class Client:
    """A browser of the owner's, as far as the server knows."""

    def __init__(self, home: directory.Home) -> None:
        link = str(request(home, "web")["link"])
        address, _, secret = link.partition("#")
        self.host = address.split("/")[2]
        self.port = int(self.host.rpartition(":")[2])
        origin = {"Host": self.host, "Origin": f"http://{self.host}"}
        form = {**origin, "Content-Type": "application/x-www-form-urlencoded"}
        connection = self.connection()
        connection.request("POST", "/enter", f"secret={secret}", form)
        cookie = str(connection.getresponse().getheader("set-cookie"))
        connection.close()
        self.headers = {"Host": self.host, "Cookie": cookie.partition(";")[0]}

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str) -> http.client.HTTPResponse:
        connection = self.connection()
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status}")
        return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=300)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        fill(home, options.posts, options.feeds)
        film = Path(folder) / "film.mp4"
        with film.open("wb") as file:
            file.write(b"\0\0\0\x18ftypisom")
            for number in range(options.megabytes):
                file.write(number.to_bytes(4, "big") * (MB // 4))
        place = directory.Home(home.path)
        cid = cid_text(add_blob(place, film).cid)
        film.unlink()
        with home.node("--no-mdns", "--no-port-mapping", "--http", "127.0.0.1:0") as node:
            client = Client(place)
            result = {
                "posts": options.posts,
                **pages(client, node),
                **streams(client, node, options.streams),
                "calm_ms": lag(place, 1.0),
                **film_and_lag(client, place, cid),
                "memory_mb": round(node.memory() / MB, 1),
            }
    print(json.dumps(result))


def pages(client: Client, node: RunningNode) -> dict[str, object]:
    took: list[float] = []
    client.get("/").read()
    before = node.processor_seconds()
    for _ in range(PAGES):
        began = time.perf_counter()
        client.get("/").read()
        took.append((time.perf_counter() - began) * 1000)
    spent = (node.processor_seconds() - before) / PAGES * 1000
    return {"page_ms": round(median(took), 1), "page_cpu_ms": round(spent, 1)}


def streams(client: Client, node: RunningNode, count: int) -> dict[str, object]:
    head = "".join(f"{name}: {value}\r\n" for name, value in client.headers.items())
    data = f"GET /live HTTP/1.1\r\n{head}Accept: text/event-stream\r\n\r\n".encode()
    before, held = node.memory(), list[socket.socket]()
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", client.port), PATIENCE)
        held.append(stream)
        stream.sendall(data)
        if not stream.recv(4096).startswith(b"HTTP/1.1 200"):
            raise AssertionError("a stream was refused")
    grown = (node.memory() - before) / MB
    for stream in held:
        stream.close()
    return {"streams": count, "streams_mb": round(grown, 1)}


def lag(home: directory.Home, seconds: float, done: threading.Event | None = None) -> list[float]:
    """p50 and worst milliseconds of the node's answer to a short request."""
    took, end = list[float](), time.perf_counter() + seconds
    while time.perf_counter() < end and not (done is not None and done.is_set()):
        began = time.perf_counter()
        request(home, "ledger")
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(0.005)
    return [round(median(took), 1), round(max(took), 1)]


def film_and_lag(client: Client, home: directory.Home, cid: str) -> dict[str, object]:
    done, speed = threading.Event(), list[float]()

    def play() -> None:
        began, size, answer = time.perf_counter(), 0, client.get(f"/blobs/{cid}")
        while part := answer.read(MB):
            size += len(part)
        speed.append(size / MB / (time.perf_counter() - began))
        done.set()

    player = threading.Thread(target=play)
    player.start()
    found = lag(home, 600.0, done)
    player.join()
    return {"film_mb_s": round(speed[0], 1), "lag_ms": found}


if __name__ == "__main__":
    main()
