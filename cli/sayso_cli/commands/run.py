"""Run the node, in the foreground, until SIGINT or SIGTERM.

It listens for peers, keeps links to those named with --peer, and swaps what is followed.
With --json each event is a line; the first one is "ready", with the addresses.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from ..context import Context
from ..errors import DONE
from ..render.event import event_words


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--listen",
        metavar="MADDR",
        action="append",
        default=[],
        help="where to listen, as /ip4/0.0.0.0/tcp/4001; may be given more than once",
    )
    parser.add_argument(
        "--peer",
        metavar="MADDR",
        action="append",
        default=[],
        help="a peer to stay connected to; may be given more than once",
    )
    parser.add_argument(
        "--no-mdns", action="store_true", help="accepted; this version does no local discovery"
    )


def run(context: Context) -> int:
    """Run the node and print what happens."""
    from sayso_node.daemon.run import run_node

    args, printer = context.args, _Printer(context, knows_peers=bool(context.args.peer))
    run_node(context.home, listen=args.listen, peers=args.peer, listener=printer.event)
    return DONE


class _Printer:
    """Prints events for as long as somebody reads them. The node never waits for a reader:
    what does not fit into a full pipe is left out, and counted."""

    def __init__(self, context: Context, *, knows_peers: bool = True) -> None:
        self._out = context.out
        self._knows_peers = knows_peers
        self._read = True
        self._dropped = 0

    def event(self, event: dict[str, Any]) -> None:
        """Print one event at once, or not at all."""
        if not self._read:
            return
        if not self._out.has_room():
            self._dropped += 1
            return
        try:
            if self._dropped:
                self._show({"event": "dropped", "events": self._dropped})
                self._dropped = 0
            self._show(event)
            self._out.flush()
        except OSError:
            self._read = False

    def _show(self, event: dict[str, Any]) -> None:
        self._out.record(event)
        self._print(event)

    def _print(self, event: dict[str, Any]) -> None:
        if event["event"] == "ready":
            self._out.heading("The node runs; Ctrl-C stops it. Others reach it at:")
            for address in event["addrs"]:
                self._out.indented(address)
            if not self._knows_peers:
                self._out.line("No peer is known yet: give one with --peer MADDR, or from another")
                self._out.line("terminal `sayso connect MADDR`; or others connect to you.")
            return
        self._out.line(*event_words(event))
