"""A visit: one request for a page, by the owner, with all that a page is made of."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, StoreError

from ...accounts.author import Author
from ...accounts.names import Names
from ...clock import now_ms
from ...compose.clock_check import clock_doubt
from ...errors import Ambiguous, NodeError, NotFound, PostError
from ...home.directory import Home
from ...timeline.reader import TimelineReader
from ..context import WebContext
from ..door.sessions import Session
from ..form import Form, FormRefused, read_form
from ..request import check_form, context_of, session_of
from .templates import render

log = logging.getLogger(__name__)

T = TypeVar("T")

Handler = Callable[[Request], Awaitable[Response]]

FOUND_NOTHING: Final = 404
NOT_DONE: Final = 422
"""What was typed cannot be done: the page says why, and keeps it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page is made of. All but `ask` is used in a thread: the store blocks."""

    request: Request
    session: Session
    context: WebContext

    @classmethod
    def of(cls, request: Request) -> Visit:
        """Raises `HTTPException` 401."""
        return cls(request, session_of(request), context_of(request))

    @property
    def store(self) -> Store:
        """The store of the home."""
        return self.context.store

    @property
    def home(self) -> Home:
        """The home that is shown."""
        return self.context.home

    @property
    def here(self) -> str:
        """The address of this page without the server."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def asked(self, name: str, default: str = "") -> str:
        """A value of the query; of several the first."""
        found = self.request.query_params.getlist(name)
        return found[0] if found else default

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def reader(self, *, unfiltered: bool = False) -> TimelineReader:
        """See `WebContext.reader`."""
        return self.context.reader(unfiltered=unfiltered)

    def names(self) -> Names:
        """See `WebContext.names`."""
        return self.context.names()

    def author(self, *, anyway: bool = False) -> Author:
        """Who signs. Raises `ClockDoubtError` where the clock seems to be wrong, unless the owner
        writes `anyway`."""
        doubt = None if anyway else clock_doubt(self.store, now_ms())
        if doubt is not None:
            raise ClockDoubtError(doubt)
        return self.context.author()

    def render(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page."""
        said = SAID.get(self.asked("said"))
        return render(template, self.session, status, here=self.here, said=said, **values)


class ClockDoubtError(PostError):
    """Nothing was written, since the clock seems to be wrong."""


SAID: Final = {
    "posted": _("It is posted."),
    "edited": _("The new version is posted."),
    "taken-back": _("It is taken back."),
    "reposted": _("You reposted it."),
    "unreposted": _("Your repost is taken back."),
    "reacted": _("You reacted to it."),
    "unreacted": _("Your reaction is taken back."),
    "voted": _("Your vote is posted."),
    "unvoted": _("Your vote is taken back."),
    "bookmarked": _("It is among your bookmarks."),
    "unbookmarked": _("It is no bookmark any more."),
    "labelled": _("Your label is posted: all who read your labels see it."),
    "unlabelled": _("Your label is taken back."),
    "followed": _("You follow this account now. Its posts come as soon as a peer has them."),
    "unfollowed": _("You do not follow this account any more."),
    "renamed": _("It has a new petname."),
    "muted": _("This account is muted: its posts are hidden here."),
    "unmuted": _("This account is not muted any more."),
    "blocked": _("This account is blocked: its posts are hidden, and neither kept nor passed on."),
    "unblocked": _("This account is not blocked any more."),
    "sent": _("It waits here until your node has sent it."),
    "forgotten": _("It is erased here."),
    "accepted": _("It is accepted: whatever its author writes to you comes at once."),
    "declined": _("It is declined. Nobody is told."),
    "profile": _("Your profile is posted."),
    "rule-added": _("The rule is in force."),
    "rule-removed": _("The rule is gone."),
    "subscribed": _("You subscribe to these labels now."),
    "unsubscribed": _("You do not subscribe to these labels any more."),
    "connected": _("The peer is connected."),
    "fetching": _("It is being fetched. Load the page again in a moment."),
    "fetched": _("It is here now."),
    "nothing-new": _("It was so already: nothing was written."),
}
"""What a page may say of what was done just now: its address carries the key, never the words."""


Build = Callable[[Visit], Response]
"""Makes a page, in a thread."""

Act = Callable[[Visit, Form], Awaitable[Response]]
"""Does something for a form."""


def page(build: Build) -> Handler:
    """A handler that makes a page in a thread. What is not found, or cannot be read, has a page
    that says so."""

    @wraps(build)
    async def answer(request: Request) -> Response:
        try:
            visit = Visit.of(request)
        except HTTPException:
            return render("enter.html", None, 401, wrong=False, kept="")
        try:
            return await visit.context.read(build, visit)
        except (NodeError, StoreError) as error:
            return failure(visit, error)
        except Exception:  # a mistake of ours is a page, too, and stands in the log
            log.exception("a page cannot be made: %s", request.url.path)
            return trouble(visit, 500, _("This is a mistake in sayso: its log says more."))

    return answer


def page_with(
    ask: Callable[[Visit], Awaitable[T]], build: Callable[[Visit, T], Response]
) -> Handler:
    """The same of a page with an answer of the running node in it, which is asked first."""

    async def answer(request: Request) -> Response:
        try:
            visit = Visit.of(request)
        except HTTPException:
            return render("enter.html", None, 401, wrong=False, kept="")
        try:
            found = await ask(visit)
        except (NodeError, StoreError) as error:
            return failure(visit, error)
        return await page(lambda visit: build(visit, found))(request)

    return answer


def form(act: Act, *, files: int = 0) -> Handler:
    """A handler that does something for a form of this session. What cannot be done has a page that
    says so; whoever keeps what was typed catches that itself."""

    @wraps(act)
    async def answer(request: Request) -> Response:
        try:
            visit = Visit.of(request)
        except HTTPException:
            return await _closed(request)
        typed = Form()
        try:
            async with read_form(request, files=files) as typed:
                check_form(request, typed.text("csrf"))
                return await act(visit, typed)
        except FormRefused as error:
            return trouble(visit, error.status_code, error.detail, kept=_text_of(error.form))
        except HTTPException as error:
            return trouble(visit, error.status_code, error.detail, kept=_text_of(typed))
        except (NodeError, StoreError) as error:
            return failure(visit, error, _text_of(typed))
        except Exception:
            log.exception("a form cannot be answered: %s", request.url.path)
            words = _("This is a mistake in sayso: its log says more.")
            return trouble(visit, 500, words, kept=_text_of(typed))

    return answer


async def _closed(request: Request) -> Response:
    """The way in, for a form whose session has ended: with what was being written, since it is kept
    nowhere else."""
    kept = ""
    try:
        async with read_form(request) as typed:
            kept = _text_of(typed)
    except FormRefused as error:  # files are not taken here, but what stood before them was read
        kept = _text_of(error.form)
    except (HTTPException, StoreError) as error:
        log.debug("nothing was kept of a form: %s", error)
    return render("enter.html", None, 401, wrong=False, kept=kept)


def _text_of(typed: Form) -> str:
    """What somebody wrote that is kept nowhere else, whatever becomes of the form."""
    return typed.text("text") or typed.text("bio")


def failure(visit: Visit, error: NodeError | StoreError, kept: str = "") -> Response:
    """The page for what was not found, cannot be done or cannot be read."""
    if isinstance(error, NotFound | Ambiguous):
        return trouble(visit, FOUND_NOTHING, str(error), error.candidates, kept)
    status = 500 if isinstance(error, StoreError) else NOT_DONE
    return trouble(visit, status, str(error), kept=kept)


def trouble(
    visit: Visit, status: int, words: str, candidates: list[str] | None = None, kept: str = ""
) -> Response:
    """A page that says why there is no other, with what was `kept` of a form."""
    values = {"words": words, "candidates": candidates or [], "status": status, "kept": kept}
    return render("trouble.html", visit.session, status, here="", **values)


def back(typed: Form, otherwise: str, said: str, anchor: str = "") -> Response:
    """To the page that a form came from, which then says what was done; to a page of ours only."""
    wanted = typed.text("back")
    path, _, query = (wanted if is_own_page(wanted) else otherwise).partition("?")
    kept = [one for one in query.split("&") if one and not one.startswith("said=")]
    mark = f"#{anchor}" if anchor else ""
    return RedirectResponse(f"{path}?{'&'.join([*kept, urlencode({'said': said})])}{mark}", 303)


def is_own_page(address: str) -> bool:
    """Whether an address can only be one of this server: what begins with two slashes is another
    one's, and browsers read a backslash as a slash."""
    plain = address.isascii() and address.isprintable() and not set(address) & set("\\ #")
    return plain and address.startswith("/") and not address.startswith("//")
