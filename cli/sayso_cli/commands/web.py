"""Open the page of the running node in a browser, by a link that works once and for two minutes.

The node serves it where it was started with --http, as in `sayso run --http 127.0.0.1:7878`.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""


def run(context: Context) -> int:
    """Print the link."""
    from sayso_node.control.client import request

    link = str(request(context.home, "web")["link"])
    context.out.record({"link": link})
    if not context.out.json:
        context.out.line(link)
    return DONE
