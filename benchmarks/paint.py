"""When a browser shows the page of a running node that has a large store.

    python -m benchmarks.paint [FOLDER] [--posts 1000000] [--rounds 10]

FOLDER is one that `benchmarks.large_store` made; without it, a store of so many posts is made and
thrown away. Needs Chromium. Once the node has indexed its words, in each round a browser is started
anew, comes in by a one-time link, and shows the timeline, then the timeline again, a conversation,
an account. Prints one JSON object: of each page in milliseconds, as the first round, the median of
all and the longest, `paint`, from the start of the navigation to the first contentful paint,
`answer`, the part of it until the first byte came from the node, and of processor time until the
page had loaded `node_cpu` and `browser_cpu`, all processes of the browser together. `load` is how
many processes wanted the processors meanwhile, and `processors` how many there are.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.e2e.browser import Site, checked, chromium
from tests.e2e.support import Home, RunningNode, until

from benchmarks.large_store import About, about_of, store_to_read

TIMES = """
new Promise((done) => {
  const told = () => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    const [page] = performance.getEntriesByType("navigation");
    if (paint && page.loadEventEnd) done([paint.startTime, page.responseStart]);
    else setTimeout(told, 5);
  };
  told();
})
"""

Times = dict[str, float]


def main() -> None:
    with store_to_read(__doc__ or "", rounds=10) as (folder, rounds):
        print(json.dumps(measure(folder, rounds)))


def measure(folder: Path, rounds: int) -> dict[str, object]:
    about, home = about_of(folder), Home(folder / "home", init=False)
    with home.node("--no-mdns", "--no-port-mapping", "--http", "127.0.0.1:0") as node:
        until(lambda: is_idle(node), seconds=900.0)
        site = Site(home)
        seen = [one_round(site, node, about) for _ in range(rounds)]
    figures: dict[str, object] = {
        "posts": about.posts,
        "followed": about.followed,
        "rounds": rounds,
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    for page in seen[0]:
        figures[page] = {
            name: {
                "first": round(seen[0][page][name], 1),
                "p50": round(median(one[page][name] for one in seen), 1),
                "most": round(max(one[page][name] for one in seen), 1),
            }
            for name in seen[0][page]
        }
    return figures


def one_round(site: Site, node: RunningNode, about: About) -> dict[str, Times]:
    """The times of each page in a browser that was just started."""
    with chromium() as browser:
        context = site.context(browser)
        page = context.pages[0]
        engine = browser.new_browser_cdp_session()
        times: dict[str, Times] = {}
        for name, path in (
            ("timeline", "/"),
            ("again", "/"),
            ("conversation", f"/entries/{about.conversations[-1]}"),
            ("account", f"/people/{about.account}"),
        ):
            page.goto("about:blank")
            node_before, browser_before = node.processor_seconds(), processor_seconds(engine)
            page.goto(site.origin + path)
            paint, answer = page.evaluate(TIMES)
            browser_after = processor_seconds(engine)
            spent = sum(at - browser_before.get(one, 0) for one, at in browser_after.items())
            times[name] = {
                "paint": paint,
                "answer": answer,
                "node_cpu": 1000 * (node.processor_seconds() - node_before),
                "browser_cpu": 1000 * spent,
            }
        checked(context)
    return times


def is_idle(node: RunningNode) -> bool:
    """Whether a node does next to nothing for a second."""
    before = node.processor_seconds()
    time.sleep(1.0)
    return node.processor_seconds() - before < 0.05


def processor_seconds(engine: Any) -> dict[int, float]:
    """Processor time so far of each process of a browser."""
    found = engine.send("SystemInfo.getProcessInfo")["processInfo"]
    return {one["id"]: one["cpuTime"] for one in found}


if __name__ == "__main__":
    main()
