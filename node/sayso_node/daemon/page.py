"""The page of a running node, where its owner asked for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import trio

from sayso_protocol.translation import _, mark
from sayso_storage.interface.store import Store

from ..errors import NodeError
from ..home.directory import Home
from .keep_up import keep_up
from .node import Node
from .run_options import RunOptions

if TYPE_CHECKING:
    from ..web.server import Place

NOT_INSTALLED = mark(
    "the page needs parts that are not installed: `pip install 'sayso[faces]'`, or in a clone "
    "`python3 dev.py setup`"
)


def start_notifier(home: Home, store: Store, nursery: trio.Nursery) -> None:
    """Tell the owner's desktop what others do, from now on. Raises `NodeError`."""
    try:
        from ..web.desktop.notifier import Notifier
    except ModuleNotFoundError as error:
        raise NodeError(NOT_INSTALLED) from error
    nursery.start_soon(keep_up, "desktop", Notifier(home, store).run)


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where the page is; `lan` on the local network, with the fingerprint of its certificate."""

    page: str | None = None
    lan: str | None = None
    fingerprint: str | None = None

    def as_json(self) -> dict[str, object]:
        """For the event ``ready``."""
        more = {"http_lan": self.lan, "fingerprint": self.fingerprint} if self.lan else {}
        return {"http": self.page, **more}


def start_page(
    home: Home, store: Store, node: Node, options: RunOptions, nursery: trio.Nursery
) -> PageAddress:
    """Serve the page from now on, where the owner asked for it; the node answers `web` with
    one-time links. Raises `NodeError` where it cannot be served."""
    if options.http is None:
        if options.http_lan is not None:
            raise NodeError("--http-lan goes with --http: name both")
        node.offer("web", _say_there_is_none)
        return PageAddress()
    try:
        from ..web.context import WebContext
        from ..web.feeds.tokens import FeedTokens
        from ..web.server import Place, WebServer, bind
    except ModuleNotFoundError as error:
        raise NodeError(NOT_INSTALLED) from error
    site, listener = bind(home, options.http)
    here = Place(WebContext(home, store, site, node.actions, options.passphrase), listener)
    try:
        lan = None if options.http_lan is None else _lan_place(home, here, options.http_lan)
    except BaseException:
        listener.close()
        raise
    server = WebServer(here) if lan is None else WebServer(here, lan)
    tokens = FeedTokens(home)

    async def answer(request: dict[str, Any]) -> Mapping[str, object]:
        what = request.get("what")
        if what == "pair":
            if lan is None:
                raise NodeError(
                    _(
                        "the page is on this machine alone: `sayso run --http 127.0.0.1:7878 "
                        "--http-lan` has it on your network, too"
                    )
                )
            link = lan.one_time_link()
            code = link.rpartition("#")[2]
            return {"link": link, "code": code, "fingerprint": lan.fingerprint}
        if what == "feeds":
            return {"feeds": site.api_address + "feeds/" + tokens.make()}
        if what == "end-feeds":
            return {"ended": tokens.end_all()}
        return {"link": here.one_time_link()}

    async def serve() -> None:
        with server:
            await keep_up("page", server.run)

    node.offer("web", answer)
    nursery.start_soon(serve)
    if lan is None:
        return PageAddress(site.page_address)
    return PageAddress(site.page_address, lan.context.site.page_address, lan.fingerprint)


async def _say_there_is_none(_asked: dict[str, Any]) -> Mapping[str, object]:
    raise NodeError(
        _("the running node serves no page: start it as `sayso run --http 127.0.0.1:7878`")
    )


def _lan_place(home: Home, here: Place, address: str) -> Place:
    from ..web.door.pairing import PairedSessions
    from ..web.server import Place, bind_lan
    from ..web.serving.certificate import tls_context

    site, listener = bind_lan(address)
    try:
        tls, fingerprint = tls_context(home, site.addresses)
    except BaseException:
        listener.close()
        raise
    return Place(here.context.beside(site, PairedSessions()), listener, tls, fingerprint)
