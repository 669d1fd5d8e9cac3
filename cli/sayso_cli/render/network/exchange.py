"""Options and progress of commands that exchange entries with a peer."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sayso_protocol.translation import _

from ...options import number
from ...terminal.output import Output

TIMEOUT = 60


def add_timeout(parser: ArgumentParser) -> None:
    """Add the option of commands that wait for a peer."""
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=number,
        default=TIMEOUT,
        help=_("seconds to try at most ({timeout}); what came until then counts").format(
            timeout=TIMEOUT
        ),
    )


@contextmanager
def receiving(out: Output) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Show how many entries came; takes what is told of an exchange again and again."""
    with out.progress(_("receiving"), None, unit=" " + _("entries")) as advance:
        before = 0

        def progress(found: Mapping[str, Any]) -> None:
            nonlocal before
            advance(found["received"] - before)
            before = found["received"]

        yield progress
