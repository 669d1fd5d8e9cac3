"""The processor time that a node takes for each peer that it pushes a post to.

    python -m benchmarks.push [--peers 2 12] [--posts 300]

Peers that follow the author are connected to his node, which hears of post after post of another
process. Prints one JSON object: `push_us`, the microseconds that one peer more costs for each post,
all that follows from a push (acknowledgements, marks) included.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.e2e.support import Home, until

from benchmarks.compiled import keep_compiled
from benchmarks.replicate import subscribe
from sayso_node.accounts.author import Author
from sayso_node.control.client import notify
from sayso_node.home.directory import Home as Place
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post

PAUSE = 0.03
QUIET_SECONDS = 3.0
WORDS = "with about as many words as posts of sixteen words have, more or less"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peers", type=int, nargs=2, default=(2, 12))
    parser.add_argument("--posts", type=int, default=300)
    options = parser.parse_args()
    keep_compiled()
    few, many = options.peers
    spent = {peers: one_round(peers, options.posts) for peers in (few, many)}
    push = (spent[many] - spent[few]) / ((many - few) * options.posts)
    result = {
        "peers": [few, many],
        "posts": options.posts,
        "seconds": [round(spent[few], 2), round(spent[many], 2)],
        "push_us": round(1e6 * push, 1),
    }
    print(json.dumps(result))


def one_round(peers: int, posts: int) -> float:
    """Processor seconds of the author's node."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ann = Home(Path(folder) / "ann")
        node = stack.enter_context(ann.node())
        ann("post", "before all others")
        readers = [Home(Path(folder) / f"reader{number}") for number in range(peers)]
        for reader in readers:
            subscribe(reader, [ann.account])
            stack.enter_context(reader.node("--peer", node.address))
        until(lambda: all(reader.have(ann.account) for reader in readers))
        time.sleep(QUIET_SECONDS)
        had = max(reader.have(ann.account) for reader in readers)
        before = node.processor_seconds()
        publish(ann, posts)
        until(lambda: all(reader.have(ann.account) == had + posts for reader in readers))
        time.sleep(QUIET_SECONDS)
        return node.processor_seconds() - before


def publish(ann: Home, posts: int) -> None:
    """Post after post of this process, of each of which the node is told."""
    home = Place(ann.path)
    own = open_home(home)
    author = Author(home, own)
    for number in range(posts):
        notify(home, "entries", author.publish([Post(f"{number}: {WORDS}")]))
        time.sleep(PAUSE)
    own.close()


if __name__ == "__main__":
    main()
