"""A large store as the local server has it, and the time that its answers take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from benchmarks.large_store import About, about_of
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.web.context import WebContext
from sayso_node.web.site import Site
from sayso_storage.interface.store import StoredEntry, TimelineQuery

BACK = 10_000
"""Posts before the page that lies far back."""


@contextmanager
def served_store(folder: Path) -> Iterator[tuple[WebContext, About, StoredEntry]]:
    """What pages are made of, what is known of the store, and a post that lies far back."""
    about, home = about_of(folder), Home(folder / "home")
    with open_home(home) as store:
        site = Site("robin.localhost", "127.0.0.1", 7878)
        far = store.timeline(TimelineQuery(min(BACK, about.posts // 2)))[-1]
        yield WebContext(home, store, site, {}), about, far


def percentiles_of_time(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Milliseconds of processor time that it takes; once it is done before."""
    work()
    took = list[float]()
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append((time.process_time() - began) * 1000)
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}
