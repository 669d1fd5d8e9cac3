"""What apps cost the server: timelines, what is new since an id, notifications, a conversation.

    python -m benchmarks.apps [FOLDER] [--posts 1000000] [--rounds 100]

FOLDER is one that `benchmarks.large_store` made; without it, a store of so many posts is made and
thrown away. Prints one JSON object: of each p50 and p99 of the rounds in milliseconds of processor
time, store and JSON together. Network and app are not in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import trio

from benchmarks.large_store import about_of, store_to_read
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.timeline.reader import TimelineRequest
from sayso_node.web.context import WebContext
from sayso_node.web.mastodon.entities.notification import TYPES
from sayso_node.web.mastodon.entities.status import StatusEntities
from sayso_node.web.mastodon.notifications import read_notifications
from sayso_node.web.mastodon.requests.paging import Paging
from sayso_node.web.mastodon.statuses.timelines import read_page
from sayso_node.web.mastodon.streams.live_events import Subscription, read_events
from sayso_node.web.site import Site
from sayso_storage.interface.store import TimelineQuery

BACK = 10_000
"""Posts before the page that lies far back."""
LIMIT = 40


def main() -> None:
    with store_to_read(__doc__ or "") as (folder, rounds):
        print(json.dumps(trio.run(measure, folder, rounds)))


async def measure(folder: Path, rounds: int) -> dict[str, object]:
    about, home = about_of(folder), Home(folder / "home")
    result: dict[str, object] = {"posts": about.posts, "followed": about.followed}
    with open_home(home) as store:
        context = WebContext(home, store, Site("robin.localhost", "127.0.0.1", 7878), {})
        far = store.timeline(TimelineQuery(min(BACK, about.posts // 2)))[-1].arrival
        last = store.last_arrival()

        def page(paging: Paging) -> object:
            found = read_page(context, TimelineRequest(0), paging)
            return StatusEntities(context).of(found.items)

        def event() -> object:
            found = read_events(context, [Subscription("user")], ("read",), last - 1, last)
            return [one.payload for one in found]

        asked: dict[str, Callable[[], object]] = {
            "home": lambda: page(Paging(LIMIT)),
            "older": lambda: page(Paging(LIMIT, max_id=far)),
            "nothing new": lambda: page(Paging(LIMIT, since_id=last)),
            "since long ago": lambda: page(Paging(LIMIT, since_id=1)),
            "notifications": lambda: read_notifications(
                context, Paging(LIMIT), set(TYPES.values())
            ),
            "event": event,
        }
        for name, ask in asked.items():
            result[name] = timed(ask, rounds)
    return result


def timed(ask: Callable[[], object], rounds: int) -> dict[str, float]:
    ask()
    took = list[float]()
    for _ in range(rounds):
        began = time.process_time()
        json.dumps(ask())
        took.append((time.process_time() - began) * 1000)
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}


if __name__ == "__main__":
    main()
