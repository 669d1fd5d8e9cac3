"""An app at the real local server, and people whose posts its owner gets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from tests.node.support import Person
from tests.node.web.serving import Answer, Headers, Served, served

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_protocol.content.body import KnownBody
from sayso_storage.interface.store import Store, StoredEntry

ALL = ("read", "write", "follow")
OOB = "urn:ietf:wg:oauth:2.0:oob"


class Friend(Person):
    """Somebody whose posts come into the owner's store; followed, as `petname` where that is
    given."""

    def __init__(
        self, store: Store, name: str, petname: str | None = None, *, followed: bool = True
    ) -> None:
        super().__init__(name)
        self.reader = store
        store.follow(self.account, petname, now_ms())
        store.add_grant(self.grant)
        if not followed:
            store.unfollow(self.account)

    def says(self, *bodies: KnownBody) -> list[StoredEntry]:
        """Publish, and let the owner's store have it."""
        run = self.publish(list(bodies))
        self.reader.append([run], now_ms())
        entries = self.reader.entries(run.ids)
        return [entries[one] for one in run.ids]


class App:
    """An app with a token for some scopes, which knows nothing of cookies."""

    def __init__(self, at: Served, token: str, client_id: str, secret: str) -> None:
        self.at = at
        self.token = token
        self.client_id = client_id
        self.secret = secret
        self.host = f"127.0.0.1:{at.site.port}"

    async def ask(
        self,
        method: str,
        path: str,
        form: dict[str, Any] | list[tuple[str, str]] | None = None,
        *,
        headers: Headers = (),
        token: str | None = "",
    ) -> Answer:
        """One request, with a form where there is one; `token` None sends none."""
        every = list(headers)
        if token is not None:
            every.append(("authorization", f"Bearer {token or self.token}"))
        body = b""
        if form is not None:
            body = urlencode(form, doseq=True).encode()
            every.append(("content-type", "application/x-www-form-urlencoded"))
        return await self.at.ask(method, path, every, body, self.host)

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON of a page that is there."""
        answer = await self.ask("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    async def post(self, path: str, form: Any = None, method: str = "POST") -> Any:
        """The JSON of what was done."""
        answer = await self.ask(method, path, form or {})
        assert answer.status == 200, answer
        return json.loads(answer.body)

    async def refused(self, method: str, path: str, form: Any = None) -> int:
        """The status of what is refused, which is said in JSON."""
        answer = await self.ask(method, path, form)
        assert answer.status >= 400, answer
        assert set(json.loads(answer.body)) >= {"error"}
        return answer.status

    async def refused_without_token(self, method: str, path: str) -> int:
        """The same for a request without a token in its header."""
        answer = await self.ask(method, path, token=None)
        assert set(json.loads(answer.body)) >= {"error"}
        return answer.status


@asynccontextmanager
async def app_of(home: Home, store: Store, *scopes: str) -> AsyncIterator[App]:
    """An app that the owner of a home let in."""
    async with served(home, store) as at:
        yield let_in(at, *scopes)


def let_in(at: Served, *scopes: str) -> App:
    """One more app."""
    grants = at.context.grants
    app, secret = grants.register("test", None, [OOB], scopes or ALL)
    return App(at, grants.give(app.client_id, scopes or ALL), app.client_id, secret)
