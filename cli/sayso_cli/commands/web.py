"""Open the page of the running node in a browser, by a link that works once and for two minutes.

The node serves it where it was started with --http, as in `sayso run --http 127.0.0.1:7878`.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from html import escape

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..terminal.own_text import Whole


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--no-browser", action="store_true", help=_("print the link, and no more"))
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--pair",
        action="store_true",
        help=_(
            "show a code, for five minutes, by which a phone on your network opens the page of "
            "a node that runs with --http-lan"
        ),
    )
    ways.add_argument(
        "--feeds",
        action="store_true",
        help=_("print an address below which programs read the timeline as Atom or JSON Feed"),
    )
    ends = _("let no such address work any more")
    ways.add_argument("--end-feeds", action="store_true", help=ends)


def run(context: Context) -> int:
    """Print the link, and open it."""
    from sayso_node.errors import NodeStopped

    try:
        return _run(context)
    except NodeStopped as error:
        raise NodeStopped(
            _("no node is running: start one with `sayso run --http 127.0.0.1:7878`")
        ) from error


def _run(context: Context) -> int:
    from sayso_node.control.client import request

    args, out = context.args, context.out
    if args.pair:
        _pair(context)
        return DONE
    if args.feeds or args.end_feeds:
        what = "feeds" if args.feeds else "end-feeds"
        found = request(context.home, "web", what=what)
        out.record(found)
        if not out.json:
            _say_feeds(context, found)
        return DONE
    link = str(request(context.home, "web")["link"])
    out.record({"link": link})
    if out.json:
        return DONE
    out.line(Whole(link))
    if not args.no_browser and _has_display():
        _open(context, link)
    return DONE


def _say_feeds(context: Context, found: dict[str, object]) -> None:
    if "feeds" not in found:
        context.out.line(
            _("Addresses of feeds that worked until now, and do no more:"), str(found["ended"])
        )
        return
    for name in ("timeline.atom", "timeline.json", "following.opml"):
        context.out.line(Whole(f"{found['feeds']}/{name}"))
    context.out.note(_("Whoever has such an address reads what you read: docs/feeds.md says more."))


def _pair(context: Context) -> None:
    from sayso_node.control.client import request

    from ..render.qr import Room, drawing

    out, found = context.out, request(context.home, "web", what="pair")
    out.record(found)
    if out.json:
        return
    link = str(found["link"])
    out.line(
        _("On your phone open"),
        Whole(link.partition("enter")[0]),
        _("and give this code:"),
        str(found["code"]),
    )
    out.line(_("Its certificate has to have this SHA-256:"), Whole(found["fingerprint"]))
    if sys.stdout.isatty() and Room.of_terminal().holds(link):
        out.art(drawing(link, colours=out.has_colours, invert=False))


def _has_display() -> bool:
    """Whether a browser has somewhere to open: a text browser would take the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(context: Context, link: str) -> None:
    """Open a link by a file of the owner's: what is on a command line, every user of the machine
    can read."""
    import webbrowser

    from sayso_node.home.secret_file import write_secret

    address = escape(link, quote=True)
    page = (
        '<!doctype html><meta charset="utf-8"><title>sayso</title>'
        f'<meta http-equiv="refresh" content="0;url={address}">'
        f'<a href="{address}">Open the page</a>\n'
    )
    path = context.home.web_link
    write_secret(path, page.encode(), replace=True)
    if not webbrowser.open(path.resolve().as_uri()):
        context.out.note(_("No browser could be opened: open the link above in one."))
