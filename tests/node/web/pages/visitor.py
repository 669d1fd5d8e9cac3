"""The owner at the page: without script, by links and forms alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from sayso_node.home.directory import Home
from sayso_storage.interface.store import Store

from ..serving import Answer, Served, served
from .html_page import Element, check_page, read_page

Fields = Sequence[tuple[str, str]]


class Visitor:
    """A browser without script, in a session."""

    def __init__(self, site: Served, cookie: str) -> None:
        self.site = site
        self._cookie = ("cookie", cookie)
        self._csrf = ""

    async def get(self, path: str, status: int = 200) -> Element:
        """A page, which is looked at as a whole."""
        answer = await self.site.ask("GET", path, [self._cookie])
        assert answer.status == status, (path, answer.status, answer.text[-2000:])
        return self._read(answer)

    def _read(self, answer: Answer) -> Element:
        page = read_page(answer.text)
        check_page(page)
        found = [
            one.attributes for one in page.all("input") if one.attributes.get("name") == "csrf"
        ]
        self._csrf = found[0]["value"] if found else self._csrf
        return page

    async def send(self, path: str, *fields: tuple[str, str], csrf: str | None = None) -> Answer:
        """A form."""
        if not self._csrf:
            await self.get("/compose")
        token = self._csrf if csrf is None else csrf
        body = urlencode([("csrf", token), *fields]).encode()
        kind = ("content-type", "application/x-www-form-urlencoded")
        return await self.site.ask("POST", path, [*self.site.own, self._cookie, kind], body)

    async def do(self, path: str, *fields: tuple[str, str]) -> str:
        """A form that is done: where it leads."""
        answer = await self.send(path, *fields)
        assert answer.status == 303, (path, answer.status, answer.text[-2000:])
        return answer.headers["location"]

    async def fail(self, path: str, *fields: tuple[str, str], status: int = 422) -> Element:
        """A form that cannot be done: the page that says why."""
        answer = await self.send(path, *fields)
        assert answer.status == status, (path, answer.status, answer.text[-2000:])
        return self._read(answer)


@asynccontextmanager
async def visiting(home: Home, store: Store) -> AsyncIterator[Visitor]:
    """The page of a running node, and its owner at it."""
    try:
        async with served(home, store) as site:
            yield Visitor(site, await site.cookie())
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None  # what failed, without the nurseries round it
