"""Writing: posts, answers, quotes and polls, and new versions of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from sayso_protocol.durations import seconds_of
from sayso_protocol.translation import _

from ....accounts.author import Published
from ....clock import now_ms
from ....compose.edit import EditDraft, Edited, edit
from ....compose.poll import PollDraft, ask
from ....compose.post import Draft, publish_post
from ....entries.item import Item
from ....errors import NodeError, PostError
from ....media.attachment_file import AttachmentFile, Attachments, attached
from ...form import Form, Upload
from ..visit import NOT_DONE, ClockDoubtError, Visit
from .post_parts import PostParts

MAX_FILES: Final = 4
"""Files that the form has places for."""

OPTIONS: Final = 4
"""Places for options that an empty form has; more are given where they are filled."""

MOST_OPTIONS: Final = 16

ENDS: Final = ("", "1h", "6h", "1d", "3d", "7d", "30d")


def compose_page(visit: Visit) -> Response:
    """An empty form; with `reply` or `quote` what is answered or quoted stands above it."""
    return _compose(visit, Form(), reply=visit.asked("reply"), quote=visit.asked("quote"))


async def compose(visit: Visit, typed: Form) -> Response:
    """Post what was typed. Where that cannot be done the page says why, and keeps it."""
    if typed.text("more"):  # places for more options
        return await visit.context.read(_compose, visit, typed)
    try:
        made = await visit.context.write(partial(_publish, visit, typed))
    except NodeError as error:
        return await visit.context.read(_compose, visit, typed, error)
    where = f"/entries/{made.id.hex()}" if typed.text("reply") else "/"
    return RedirectResponse(f"{where}?said=posted#e{made.id.hex()[:12]}", 303)


def edit_page(visit: Visit) -> Response:
    """A form with the version that is shown."""
    return _edit(visit, None)


async def make_edit(visit: Visit, typed: Form) -> Response:
    """Post a new version."""
    entry = visit.path("id")

    def write() -> Edited:
        author = visit.author(anyway=bool(typed.text("anyway")))
        with _attached(visit, typed) as attachments:
            draft = EditDraft(typed.text("text"), typed.text("warn").strip(), attachments)
            return edit(visit.store, author, entry, draft)

    try:
        done = await visit.context.write(write)
    except NodeError as error:
        return await visit.context.read(_edit, visit, typed, error)
    said = "nothing-new" if done.made.already else "edited"
    return RedirectResponse(f"/entries/{entry}?said={said}#e{entry[:12]}", 303)


def _publish(visit: Visit, typed: Form) -> Published:
    author = visit.author(anyway=bool(typed.text("anyway")))
    draft = Draft(
        typed.text("text"),
        typed.text("reply") or None,
        typed.text("quote") or None,
        typed.text("tags").replace(",", " ").split(),
        typed.text("lang").strip() or None,
        typed.text("warn").strip() or None,
    )
    options = [one for one in typed.all("option") if one.strip()]
    if not options:
        with _attached(visit, typed) as attachments:
            draft = Draft(
                draft.text,
                draft.reply,
                draft.quote,
                draft.tags,
                draft.lang,
                draft.warn,
                attachments,
            )
            return publish_post(visit.store, author, draft)
    if typed.files:
        raise PostError(_("A poll has no attachments: post them in an answer to it."), "file")
    poll = PollDraft(draft, options, _end(typed.text("ends")), bool(typed.text("many")))
    return ask(visit.store, author, poll)


def _end(typed: str) -> int | None:
    if not typed:
        return None
    seconds = seconds_of(typed)
    if not seconds or typed not in ENDS:
        raise PostError(_("Choose one of the ends that are offered."), "option")
    return now_ms() + seconds * 1000


@contextmanager
def _attached(visit: Visit, typed: Form) -> Iterator[Attachments]:
    """The files of a form as attachments, each with the words beside its place."""
    uploads: Sequence[Upload] = typed.files
    keep = bool(typed.text("keep"))
    files = [
        AttachmentFile(one.path, typed.text("alt" + one.field.removeprefix("file")), keep)
        for one in uploads
    ]
    if not files:
        yield ()
        return
    try:
        with attached(visit.home, files) as attachments:
            yield attachments
    except NodeError as error:
        words = str(error)
        for one in uploads:
            words = one.with_name(words)
        words = words.replace(
            "`--keep-metadata`", _("“Leave in the files where and when …” ticked")
        )
        raise PostError(words, "file") from error


def _compose(
    visit: Visit, typed: Form, error: NodeError | None = None, reply: str = "", quote: str = ""
) -> Response:
    reply, quote = typed.text("reply") or reply, typed.text("quote") or quote
    options = [one for one in typed.all("option") if one.strip()][:MOST_OPTIONS]
    places = OPTIONS + (2 * len(options) if typed.text("more") else 0)
    places = min(max(places, len(options)), MOST_OPTIONS)
    about = [_named(visit, one, error) if one else None for one in (reply, quote)]
    return visit.render(
        "compose.html",
        200 if error is None else NOT_DONE,
        typed=typed,
        reply=reply,
        quote=quote,
        above=about[0],
        quoted=about[1],
        options=[*options, *[""] * (places - len(options))],
        has_poll=bool(options) or bool(typed.text("more")) or bool(visit.asked("poll")),
        ends=ENDS,
        parts=PostParts(visit, [one for one in about if one]),
        **_mistake(typed, error),
    )


def _edit(visit: Visit, typed: Form | None, error: NodeError | None = None) -> Response:
    item = visit.reader(unfiltered=True).entry(visit.path("id"))
    post = item.post
    if post is None or not item.name.is_own:
        raise PostError(_("Only your own posts and polls can be edited."))
    if typed is None:
        typed = Form({"text": [post.text], "warn": [post.warn or ""]})
    return visit.render(
        "edit.html",
        200 if error is None else NOT_DONE,
        typed=typed,
        item=item,
        parts=PostParts(visit, [item]),
        **_mistake(typed, error),
    )


def _mistake(typed: Form, error: NodeError | None) -> dict[str, Any]:
    """What a form says of a mistake, and the field that it stands at."""
    if error is None:
        return {"mistake": "", "at": "", "doubt": False, "lost": False}
    is_doubt = isinstance(error, ClockDoubtError)
    return {
        "mistake": str(error),
        "at": "anyway" if is_doubt else getattr(error, "part", "text"),
        "doubt": is_doubt,
        "lost": bool(typed.files),
    }


def _named(visit: Visit, entry: str, error: NodeError | None) -> Item | None:
    """What is answered or quoted. Raises `NodeError`; not where the page says of a mistake already:
    what was typed is kept, whatever is wrong with the rest."""
    try:
        item = visit.reader(unfiltered=True).entry(entry, named=True)
    except NodeError:
        if error is None:
            raise
        return None
    return item if item.original is None else item.original
