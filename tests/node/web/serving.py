"""The real local server over a real home and node, and a plain client of HTTP/1.1."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import h11
import trio

from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home
from sayso_node.web.context import WebContext
from sayso_node.web.server import Place, WebServer, bind
from sayso_storage.interface.store import Store

Headers = Iterable[tuple[str, str]]


@dataclass
class Answer:
    """What the server gave."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The body as text."""
        if self.headers.get("content-encoding") == "gzip":
            return gzip.decompress(self.body).decode()
        return self.body.decode()


class Served:
    """A server that answers, and ways to ask it."""

    def __init__(self, server: WebServer, context: WebContext) -> None:
        self.server = server
        self.context = context
        self.site = context.site
        self.host = f"{self.site.name}:{self.site.port}"
        self.origin = f"http://{self.host}"

    async def open(self) -> trio.SocketStream:
        """A connection."""
        return await trio.open_tcp_stream(self.site.host, self.site.port)

    async def ask(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes = b"",
        host: str | None = None,
    ) -> Answer:
        """One request on a connection of its own."""
        every = [("host", self.host if host is None else host), *headers]
        names = {name.lower() for name, _ in every}
        if body and not names & {"content-length", "transfer-encoding"}:
            every.append(("content-length", str(len(body))))
        async with await self.open() as stream:
            client = h11.Connection(h11.CLIENT)
            request = h11.Request(method=method, target=target, headers=every)
            await stream.send_all(client.send(request) or b"")
            if body:
                await stream.send_all(client.send(h11.Data(data=body)) or b"")
            await stream.send_all(client.send(h11.EndOfMessage()) or b"")
            return await read_answer(stream, client)

    async def cookie(self) -> str:
        """The cookie of a new session, as the entrance gives it."""
        secret = self.context.sessions.make_link()
        answer = await self.ask(
            "POST",
            "/enter",
            [*self.own, ("content-type", "application/x-www-form-urlencoded")],
            f"secret={secret}".encode(),
        )
        assert answer.status == 303, answer
        return answer.cookies[0].partition(";")[0]

    @property
    def own(self) -> list[tuple[str, str]]:
        """The headers by which a form of the page itself is known."""
        return [("origin", self.origin), ("sec-fetch-site", "same-origin")]

    async def raw(self, data: bytes, *, end: bool = False) -> bytes:
        """All that the server says to some bytes until it closes."""
        async with await self.open() as stream:
            await stream.send_all(data)
            if end:
                await stream.send_eof()
            return b"".join([part async for part in stream])


async def read_answer(stream: trio.SocketStream, client: h11.Connection) -> Answer:
    """The answer to what was sent; whatever it is, it ends within 10 s."""
    answer: Answer | None = None
    body = bytearray()
    with trio.fail_after(60):
        while True:
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(await stream.receive_some(65536))
            elif isinstance(event, h11.Response):
                pairs = [(name.decode(), value.decode()) for name, value in event.headers]
                cookies = [value for name, value in pairs if name == "set-cookie"]
                answer = Answer(event.status_code, dict(pairs), cookies=cookies)
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                assert answer is not None
                answer.body = bytes(body)
                return answer
            elif isinstance(event, h11.ConnectionClosed):
                raise AssertionError("no answer")


@asynccontextmanager
async def served(home: Home, store: Store, http: str = "127.0.0.1:0") -> AsyncIterator[Served]:
    """The page of a running node of a home."""
    async with running_node(home, store, RunOptions(), lambda _: None) as (node, _):
        site, listener = bind(home, http)
        context = WebContext(home, store, site, node.actions)
        with WebServer(Place(context, listener)) as server:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(server.run)
                yield Served(server, context)
                nursery.cancel_scope.cancel()
