"""What the page costs the server: timeline, older posts, a long conversation, an account.

    python -m benchmarks.page [FOLDER] [--posts 1000000] [--rounds 100]

FOLDER is one that `benchmarks.large_store` made; without it, a store of so many posts is made and
thrown away. Prints one JSON object: of each page p50 and p99 of the rounds in milliseconds of
processor time, store and template together, and its size in bytes. Network and browser are not in
it.
"""

from __future__ import annotations

import json
from pathlib import Path

import trio
from starlette.requests import Request

from benchmarks.large_store import store_to_read
from benchmarks.served_store import percentiles_of_time, served_store
from sayso_node.web.context import WebContext
from sayso_node.web.door.sessions import Session
from sayso_node.web.pages.entries.entry_pages import entry_page
from sayso_node.web.pages.people_pages import person_page
from sayso_node.web.pages.timeline_page import place_text, timeline_page
from sayso_node.web.pages.visit import Build, Visit


def main() -> None:
    with store_to_read(__doc__ or "") as (folder, rounds):
        print(json.dumps(trio.run(measure, folder, rounds)))


async def measure(folder: Path, rounds: int) -> dict[str, object]:
    with served_store(folder) as (context, about, far):
        result: dict[str, object] = {"posts": about.posts, "followed": about.followed}
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
    took = percentiles_of_time(lambda: build(visit), rounds)
    return took | {"bytes": len(build(visit).body)}


if __name__ == "__main__":
    main()
