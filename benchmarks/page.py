"""What the page costs the server: timeline, older posts, a long conversation, an account.

    python -m benchmarks.page [FOLDER] [--posts 1000000] [--rounds 100]

FOLDER is one that `benchmarks.large_store` made; without it, a store of so many posts is made and
thrown away. Prints one JSON object: of each page p50 and p99 of the rounds in milliseconds of
processor time, store and template together, and its size in bytes. Network and browser are not in
it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import quantiles

import trio
from starlette.requests import Request

from benchmarks.large_store import about_of, store_to_read
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.web.context import WebContext
from sayso_node.web.door.sessions import Session
from sayso_node.web.pages.entry_pages import entry_page
from sayso_node.web.pages.people_pages import person_page
from sayso_node.web.pages.timeline_page import place_text, timeline_page
from sayso_node.web.pages.visit import Build, Visit
from sayso_node.web.site import Site
from sayso_storage.interface.store import TimelineQuery

BACK = 10_000
"""Posts before the page that lies far back."""


def main() -> None:
    with store_to_read(__doc__ or "") as (folder, rounds):
        print(json.dumps(trio.run(measure, folder, rounds)))


async def measure(folder: Path, rounds: int) -> dict[str, object]:
    about, home = about_of(folder), Home(folder / "home")
    result: dict[str, object] = {"posts": about.posts, "followed": about.followed}
    with open_home(home) as store:
        context = WebContext(home, store, Site("robin.localhost", "127.0.0.1", 7878), {})
        far = store.timeline(TimelineQuery(min(BACK, about.posts // 2)))[-1]
        pages: dict[str, tuple[Build, str, dict[str, str]]] = {
            "timeline": (timeline_page, "", {}),
            "older": (timeline_page, f"before={place_text(far.place)}", {}),
            "conversation": (entry_page, "", {"id": about.conversations[-1]}),
            "account": (person_page, "", {"key": about.account}),
        }
        for name, (build, query, parts) in pages.items():
            result[name] = timed(context, build, query, parts, rounds)
    return result


def timed(
    context: WebContext, build: Build, query: str, parts: dict[str, str], rounds: int
) -> dict[str, float]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": [(b"host", b"robin.localhost:7878")],
        "path_params": parts,
    }
    visit = Visit(Request(scope), Session(bytes(32)), context)
    size, took = len(build(visit).body), list[float]()
    for _ in range(rounds):
        began = time.process_time()
        build(visit)
        took.append((time.process_time() - began) * 1000)
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1), "bytes": size}


if __name__ == "__main__":
    main()
