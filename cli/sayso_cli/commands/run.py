"""Run the node, in the foreground, until SIGINT or SIGTERM.

It listens for peers, dials those that it knows, and swaps what is followed.
With --json each event is a line; the first one is "ready", with the addresses.
"""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import ExitStack
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, UsageError
from ..options import add_signing
from ..render.network.event import event_words
from ..render.network.peer import show_start
from ..terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_storage.interface.store import Store

NO_PROXY: Final = "none"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    _add_addresses(parser)
    _add_network(parser)
    _add_page(parser)
    _add_metrics(parser)
    add_signing(parser)


def _add_addresses(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--listen",
        metavar="MADDR",
        action="append",
        default=[],
        help=_(
            "where to listen, as /ip4/0.0.0.0/tcp/4001; may be given more than once. By default "
            "on all interfaces, at a port that this home chose in its first run and keeps"
        ),
    )
    parser.add_argument(
        "--peer",
        metavar="MADDR",
        action="append",
        default=[],
        help=_(
            "a peer to stay connected to, now and after every start; may be given more than once"
        ),
    )
    parser.add_argument(
        "--announce",
        metavar="MADDR",
        action="append",
        default=[],
        help=_(
            "where others reach this node, as /onion3/NAME:4001, or a port that you opened "
            "yourself; may be given more than once"
        ),
    )


def _add_network(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--no-mdns",
        action="store_true",
        help=_("neither look for other nodes on the local network nor tell it of this one"),
    )
    parser.add_argument(
        "--no-port-mapping",
        action="store_true",
        help=_("do not ask the router to let others in"),
    )
    parser.add_argument(
        "--no-announce",
        action="store_true",
        help=_("do not let those who know your key find out where this node is"),
    )
    parser.add_argument(
        "--relay",
        action="store_true",
        help=_("let peers that nobody can call be reached through this node: docs/relays.md"),
    )
    parser.add_argument(
        "--proxy",
        metavar="URL",
        help=_(
            "reach others by this SOCKS5 proxy alone, as socks5://127.0.0.1:9050 (Tor), from now "
            "on and with every command of this home, until --proxy none"
        ),
    )
    parser.add_argument(
        "--hub",
        action="store_true",
        help=_("carry for others whom hub.toml lists, or lets in: docs/hub.md"),
    )
    parser.add_argument(
        "--store",
        metavar="URL",
        help=_(
            "use the store in this database, as postgresql://HOST/DATABASE, from now on and with "
            "every command of this home: `sayso hub init --store URL` puts it there"
        ),
    )


def _add_page(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--http",
        metavar="ADDR",
        help=_("serve the page for a browser at this local address, as 127.0.0.1:7878"),
    )
    parser.add_argument(
        "--http-lan",
        metavar="ADDR",
        nargs="?",
        const="0.0.0.0:7879",
        help=_(
            "serve the page to your local network, too, by TLS, for whoever has a code of `sayso "
            "web --pair`; by default at 0.0.0.0:7879: docs/web.md"
        ),
    )
    parser.add_argument(
        "--notify",
        action="store_true",
        help=_("let the desktop, or else the bell of this terminal, tell what others do to you"),
    )


def _add_metrics(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--metrics",
        metavar="ADDR",
        help=_("serve metrics for Prometheus at this address, as 127.0.0.1:9464: docs/hub.md"),
    )
    parser.add_argument(
        "--metrics-host",
        metavar="NAME",
        action="append",
        default=[],
        help=_(
            "a name or address by which Prometheus asks for them over the network; may be given "
            "more than once"
        ),
    )


def run(context: Context) -> int:
    """Run the node and print what happens."""
    from sayso_node.daemon.run import run_node
    from sayso_node.daemon.run_options import RunOptions

    args = context.args
    _check_page(context)
    _keep_proxy(context)
    _keep_store(context)
    may_sign = args.http or args.http_lan or args.passphrase_file
    options = RunOptions(
        listen=_listen(args.listen),
        given=_given(context),
        peers=args.peer,
        mdns=not args.no_mdns,
        mapping=not args.no_port_mapping,
        announces=not args.no_announce,
        relay=args.relay or args.hub,
        hub=args.hub,
        http=args.http,
        http_lan=args.http_lan,
        metrics=args.metrics,
        metrics_hosts=args.metrics_host,
        notify=args.notify,
        passphrase=context.passphrase() if may_sign else None,
    )
    with ExitStack() as stack:
        printer = _Printer(context, stack, knows_peers=bool(args.peer))
        run_node(context.home, options, printer.event)
    return DONE


def _check_page(context: Context) -> None:
    """Refuse an address that no page, or no metrics, can be served at."""
    from sayso_node.web.bind_address import (
        BindAddressError,
        parse_address,
        parse_lan_address,
        parse_metrics_address,
    )

    names = context.args.metrics_host
    for option, parse in (
        ("--http", parse_address),
        ("--http-lan", parse_lan_address),
        ("--metrics", partial(parse_metrics_address, names=names)),
    ):
        named = getattr(context.args, option[2:].replace("-", "_"))
        try:
            if named is not None:
                parse(named)
        except BindAddressError as error:
            message = _("argument {option}: {error}").format(option=option, error=error)
            raise UsageError(message) from error


def _keep_proxy(context: Context) -> None:
    """Keep the proxy that was named, for this run and whatever comes after it."""
    named = context.args.proxy
    if named is None or not context.home.exists:  # which is said where the home is opened
        return
    from sayso_node.home.kept_proxy import keep_proxy
    from sayso_node.network.privacy import Proxy, ProxyAddressError

    try:
        keep_proxy(context.home, "" if named == NO_PROXY else str(Proxy.parse(named)))
    except ProxyAddressError as error:
        raise UsageError(_("argument --proxy: {error}").format(error=error)) from error


def _keep_store(context: Context) -> None:
    """Keep the store that was named, for this run and whatever comes after it."""
    if context.args.store is None or not context.home.exists:
        return
    from sayso_node.hub.store_change import use_store

    use_store(context.home, context.args.store)


def _listen(texts: list[str]) -> list[str] | None:
    """Where the owner lets the node listen, if he said so."""
    from sayso_protocol.discovery.multiaddr import AddressError, parse_listen_address

    try:
        for text in texts:
            parse_listen_address(text)
    except AddressError as error:
        raise UsageError(_("argument --listen: {error}").format(error=error)) from error
    return texts or None


def _given(context: Context) -> list[str]:
    """The addresses that the owner gave. Behind a proxy one that says where the node is would undo
    what the proxy is for."""
    if not context.args.announce:
        return []
    from sayso_node.daemon.reachability.home_privacy import privacy_of
    from sayso_protocol.discovery.multiaddr import ONION, Address, AddressError

    hides = privacy_of(context.home).hides
    for text in context.args.announce:
        try:
            address = Address.parse(text)
        except AddressError as error:
            raise UsageError(_("argument --announce: {error}").format(error=error)) from error
        if not address.port or address.peer_id or address.relay:
            raise UsageError(
                _("argument --announce: {text!r} has to end with a port, not /p2p/…").format(
                    text=text
                )
            )
        if hides and address.protocol != ONION:
            raise UsageError(
                _(
                    "argument --announce: {text!r} says where this node is, which its proxy hides: "
                    "announce /onion3/…, or forget the proxy with --proxy none"
                ).format(text=text)
            )
    return list(context.args.announce)


class _Printer:
    """Prints events for as long as somebody reads them. The node never waits for a reader:
    what does not fit into a full pipe is left out, and counted."""

    def __init__(self, context: Context, stack: ExitStack, *, knows_peers: bool = True) -> None:
        self._context = context
        self._stack = stack
        self._out = context.out
        self._names: Names | None = None
        self._knows_peers = knows_peers
        self._read = True
        self._dropped = 0

    @cached_property
    def _store(self) -> Store:
        return self._stack.enter_context(self._context.store())

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
            self._out.heading(_("The node runs; Ctrl-C stops it. Others reach it at:"))
            for address in event["addrs"]:
                self._out.indented(Whole(address))
            if proxy := event.get("proxy"):
                self._out.line(
                    _("It reaches others by {proxy} alone, and tells nobody where it is.").format(
                        proxy=proxy
                    )
                )
            if event.get("http"):
                self._out.line(_("The page:"), event["http"], _("(`sayso web` opens it)"))
            if event.get("http_lan"):
                self._out.line(_("On your network:"), event["http_lan"], _("(`sayso web --pair`)"))
                self._out.line(_("SHA-256 of its certificate:"), event["fingerprint"])
            if event.get("metrics"):
                self._out.line(_("Metrics for Prometheus:"), event["metrics"])
            self._show_link(event["addrs"])
            if not (self._knows_peers or event.get("known_peers")):
                self._out.line(
                    _("No peer is known yet: give one with --peer MADDR, or from another")
                )
                self._out.line(_("terminal `sayso connect MADDR`; or others connect to you."))
            return
        if self._out.json:
            return
        if event["event"] == "peers":
            show_start(self._out, event)
            return
        self._out.line(*map(self._named, event_words(event)))

    def _show_link(self, addresses: list[str]) -> None:
        """Print a line by which others follow, without a token: `invite` makes those."""
        if self._out.json:
            return
        from ..own_node import open_link

        self._out.line(_("Who is to follow you needs this line (`sayso invite` says more):"))
        self._out.line(Whole(open_link(self._context.home, self._store, addresses)))

    def _named(self, detail: str) -> str:
        """A detail of an event with petnames in place of keys."""
        from ..render.people.name import with_names

        if "z6Mk" not in detail:
            return detail
        if self._names is None:
            self._names = self._context.names(self._store)
        return with_names(detail, self._names)
