"""The real door and server before an application that says what reached it."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import h2.config
import h2.connection
import h2.events
import trio
from starlette.types import Receive, Scope, Send
from tests.node.web.serving import Served

from sayso_node.web.door.door import SESSION, Door
from sayso_node.web.door.sessions import Sessions
from sayso_node.web.serving.connections import Connections
from sayso_node.web.site import Site

NAME = "0123456789abcdef.localhost"
MAX_BODY = 1000

Headers = list[tuple[str, str]]


async def probe(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the session and the size of the body."""
    has_session = scope[SESSION] is not None
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps({"session": has_session})})
        await send({"type": "websocket.close", "code": 1000})
        return
    if scope["path"] == "/fails":
        raise ValueError("a secret of this home")
    if scope["path"] in ("/stream", "/flood"):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        part = {"type": "http.response.body", "body": b"data: 1\n\n" * 9999, "more_body": True}
        if scope["path"] == "/stream":
            await send({**part, "body": b"data: 1\n\n"})
            await trio.sleep_forever()
        while True:
            await send(part)
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    said = {
        "session": has_session,
        "size": size,
        "extensions": sorted(scope.get("extensions", {})),
        "scheme": scope["scheme"],
    }
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})


class Probed(Served):
    """The door, with a session."""

    def __init__(self, site: Site, sessions: Sessions, connections: Connections) -> None:
        self.site = site
        self.host = f"{site.name}:{site.port}"
        self.origin = f"http://{self.host}"
        self.sessions = sessions
        self.connections = connections
        value = sessions.redeem(sessions.make_link())
        assert value is not None
        self.own_cookie = ("cookie", f"{site.cookie}={value}")

    async def ask_h2(
        self, method: str, path: str, authority: str, headers: Headers
    ) -> tuple[int, bytes]:
        """The status and body of a request by HTTP/2 without TLS, with prior knowledge."""
        config = h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8", validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )  # fmt: skip
        client = h2.connection.H2Connection(config)
        client.initiate_connection()
        every = [
            (":method", method), (":path", path), (":scheme", "http"),
            *([(":authority", authority)] if authority else []), *headers,
        ]  # fmt: skip
        client.send_headers(1, every, end_stream=True)
        status, body = 0, b""
        async with await self.open() as stream:
            await stream.send_all(client.data_to_send())
            with trio.fail_after(60):
                while True:
                    data = await stream.receive_some(65536)
                    if not data:
                        return status, body
                    for event in client.receive_data(data):
                        if isinstance(event, h2.events.ResponseReceived):
                            status = int(dict(event.headers)[":status"])
                        elif isinstance(event, h2.events.DataReceived):
                            body += event.data
                        elif isinstance(event, h2.events.StreamEnded | h2.events.StreamReset):
                            return status, body
                    await stream.send_all(client.data_to_send())


@asynccontextmanager
async def probed() -> AsyncIterator[Probed]:
    """A door on a port of loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        site = Site(NAME, "127.0.0.1", listener.getsockname()[1])
        sessions = Sessions()
        connections = Connections(Door(probe, sessions, site, MAX_BODY), listener)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connections.run)
            yield Probed(site, sessions, connections)
            nursery.cancel_scope.cancel()
