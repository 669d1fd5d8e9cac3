"""What a film that a browser takes from a node by HTTP does to the node's sync.

    python -m benchmarks.film [--posts 50000] [--feeds 500] [--megabytes 200] [--played 4]
        [--rounds 5]

One node gives all posts to another home (`giving`), and in turn takes them all from another node
(`taking`): each while nobody wants a film, while a player takes one at `--played` megabytes a
second, and while a client takes it as fast as it comes, in ranges of 4 MB, again and again. The
three take turns within a round. Prints one JSON object: of each, as the first round and the median
of all, `posts_per_second` by the clock, `node_cpu` and `other_cpu`, the processor seconds of the
node with the film and of the other side, what the `film_mb_s` was, and `answer_ms`, how long the
node took at the most to answer its control socket meanwhile. `load` is how many processes wanted
the processors, and `processors` how many there are.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from tests.e2e.films import write_film
from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.replicate import fill, subscribe, sync
from benchmarks.web import MB, Client
from sayso_node.control.client import request
from sayso_node.home import directory
from sayso_node.media.blob_store import add_blob
from sayso_protocol.blob.cid import cid_text

NODE: Final = ("--no-mdns", "--no-port-mapping")
SERVED: Final = (*NODE, "--http", "127.0.0.1:0")
RANGE: Final = 4 * MB
ASK_SECONDS: Final = 0.01

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--played", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), options.posts, options.feeds, options.megabytes)
        paces = {"without": 0.0, "played": options.played, "downloaded": float("inf")}
        rounds: list[dict[str, dict[str, Figures]]] = []
        for _ in range(options.rounds):
            rounds.append(
                {
                    "giving": {name: place.give(pace) for name, pace in paces.items()},
                    "taking": {name: place.take(pace) for name, pace in paces.items()},
                }
            )
    result: dict[str, object] = {
        "posts": options.posts,
        "feeds": options.feeds,
        "rounds": options.rounds,
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    for side, by_pace in rounds[0].items():
        result[side] = {
            name: {
                figure: {
                    "first": round(by_pace[name][figure], 2),
                    "p50": round(median(one[side][name][figure] for one in rounds), 2),
                }
                for figure in by_pace[name]
            }
            for name in by_pace
        }
    print(json.dumps(result))


class Place:
    """The homes of the measurement: one with all posts and the film, one that follows and has the
    film only, and one that follows only."""

    def __init__(self, folder: Path, posts: int, feeds: int, megabytes: int) -> None:
        self._folder = folder
        self._full = Home(folder / "full")
        accounts = fill(self._full, posts, feeds)
        self._with_film = Home(folder / "film")
        self._without = Home(folder / "empty")
        for home in (self._with_film, self._without):
            subscribe(home, accounts)
        film = folder / "film.mp4"
        write_film(film, megabytes * MB)
        for home in (self._full, self._with_film):
            self._cid = cid_text(add_blob(directory.Home(home.path), film).cid)
        film.unlink()

    def give(self, pace: float) -> Figures:
        """All posts from the node with the film to a home."""
        with self._copy(self._without) as receiver, self._full.node(*SERVED) as node:
            before = node.processor_seconds()
            with Watched(self._full, self._cid, pace) as watched:
                report, usage = sync(receiver, node.address)
            spent = node.processor_seconds() - before
            return figures(report, spent, usage.ru_utime + usage.ru_stime, watched)

    def take(self, pace: float) -> Figures:
        """All posts from another node to the one with the film."""
        with (
            self._copy(self._with_film) as receiver,
            self._full.node(*NODE) as source,
            receiver.node(*SERVED) as node,
        ):
            before, other_before = node.processor_seconds(), source.processor_seconds()
            with Watched(receiver, self._cid, pace) as watched:
                report, _ = sync(receiver, source.address)
            spent = node.processor_seconds() - before
            return figures(report, spent, source.processor_seconds() - other_before, watched)

    @contextmanager
    def _copy(self, home: Home) -> Iterator[Home]:
        path = self._folder / "copy"
        shutil.copytree(home.path, path)
        yield Home(path, init=False)
        shutil.rmtree(path)


class Watched:
    """A client that takes the film, and one that asks the node for its peers again and again, while
    the block lasts. `pace` in megabytes a second; 0 for no film at all."""

    def __init__(self, home: Home, cid: str, pace: float) -> None:
        self._place = directory.Home(home.path)
        self._path = f"/blobs/{cid}"
        self._pace = pace
        self._over = threading.Event()
        self._took, self._film_bytes = list[float](), 0
        self._threads = [threading.Thread(target=self._ask)]
        if pace:
            self._client = Client(self._place)
            self._threads.append(threading.Thread(target=self._download))
        self._began = self._seconds = 0.0

    def __enter__(self) -> Watched:
        self._began = time.perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.perf_counter() - self._began
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def film_mb_s(self) -> float:
        return self._film_bytes / MB / self._seconds

    @property
    def answer_ms(self) -> float:
        return max(self._took)

    def _ask(self) -> None:
        while True:
            began = time.perf_counter()
            request(self._place, "peers")
            self._took.append((time.perf_counter() - began) * 1000)
            if self._over.wait(ASK_SECONDS):
                return

    def _download(self) -> None:
        connection, at = self._client.connection(), 0
        while not self._over.is_set():
            wanted = {"Range": f"bytes={at}-{at + RANGE - 1}"}
            connection.request("GET", self._path, headers={**self._client.headers, **wanted})
            answer = connection.getresponse()
            if answer.status != 206:
                raise AssertionError(f"no range of the film: {answer.status}")
            size = int(str(answer.getheader("content-range")).rpartition("/")[2])
            while part := answer.read(MB):
                at += len(part)
                self._film_bytes += len(part)
                due = self._began + self._film_bytes / MB / self._pace
                self._over.wait(max(0.0, due - time.perf_counter()))
            at = 0 if at >= size else at
        connection.close()


def figures(report: dict[str, float], node_cpu: float, other: float, watched: Watched) -> Figures:
    return {
        "posts_per_second": report["received"] / report["seconds"],
        "node_cpu": node_cpu,
        "other_cpu": other,
        "film_mb_s": watched.film_mb_s,
        "answer_ms": watched.answer_ms,
    }


if __name__ == "__main__":
    main()
