"""A process that publishes: ``python -m storage.sqlite.file.writer STORE COUNT TEXT``.

Prints sequence number and id of each entry after `publish` has returned. COUNT 0 goes on
until it is killed.
"""

import itertools
import sys
from pathlib import Path

from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import FeedState
from sayso_storage.sqlite import open_store

from ...makers import NOW_MS, author, run_of

ANNA = author(1)


def main() -> None:
    path, count, text = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    store = open_store(path)
    for number in range(count) if count else itertools.count():
        body = Post(f"{text} {number}")

        def make(state: FeedState, body: Post = body) -> Run:
            top = state.held[-1] if state.held else None
            return run_of(ANNA, [body], first=state.head + 1, previous=top and top.top)

        run = store.publish(make, NOW_MS)
        print(run.first, run.tip.hex(), flush=True)
    store.close()


if __name__ == "__main__":
    main()
