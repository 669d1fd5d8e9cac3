"""What apps cost the server: timelines, what is new since an id, notifications, a conversation.

    python -m benchmarks.apps [FOLDER] [--posts 1000000] [--rounds 100]

FOLDER is one that `benchmarks.large_store` made; without it, a store of so many posts is made and
thrown away. Prints one JSON object: of each p50 and p99 of the rounds in milliseconds of processor
time, store and JSON together. Network and app are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import trio

from benchmarks.large_store import store_to_read
from benchmarks.served_store import percentiles_of_time, served_store
from sayso_node.timeline.reader import TimelineRequest
from sayso_node.web.mastodon.entities.notification import TYPES
from sayso_node.web.mastodon.entities.status import StatusEntities
from sayso_node.web.mastodon.notifications import read_notifications
from sayso_node.web.mastodon.requests.paging import Paging
from sayso_node.web.mastodon.statuses.timelines import read_page
from sayso_node.web.mastodon.streams.live_events import Subscription, read_events

LIMIT = 40


def main() -> None:
    with store_to_read(__doc__ or "") as (folder, rounds):
        print(json.dumps(trio.run(measure, folder, rounds)))


async def measure(folder: Path, rounds: int) -> dict[str, object]:
    with served_store(folder) as (context, about, far):
        result: dict[str, object] = {"posts": about.posts, "followed": about.followed}
        last = context.store.last_arrival()

        def page(paging: Paging) -> object:
            found = read_page(context, TimelineRequest(0), paging)
            return StatusEntities(context).of(found.items)

        def event() -> object:
            found = read_events(context, [Subscription("user")], ("read",), last - 1, last)
            return [one.payload for one in found]

        asked: dict[str, Callable[[], object]] = {
            "home": lambda: page(Paging(LIMIT)),
            "older": lambda: page(Paging(LIMIT, max_id=far.arrival)),
            "nothing new": lambda: page(Paging(LIMIT, since_id=last)),
            "since long ago": lambda: page(Paging(LIMIT, since_id=1)),
            "notifications": lambda: read_notifications(
                context, Paging(LIMIT), set(TYPES.values())
            ),
            "event": event,
        }
        for name, ask in asked.items():
            result[name] = percentiles_of_time(partial(_as_json, ask), rounds)
    return result


def _as_json(ask: Callable[[], object]) -> str:
    return json.dumps(ask())


if __name__ == "__main__":
    main()
