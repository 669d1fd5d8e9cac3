"""Asking and voting: from what a person typed to a durable entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso_protocol.content.body import KnownBody, Poll, Vote
from sayso_protocol.content.poll import MAX_OPTION, MAX_OPTIONS, MIN_OPTIONS
from sayso_protocol.errors import Refused
from sayso_protocol.limits import MAX_BODY
from sayso_protocol.text.line import is_line
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.author import Author, Published, published
from ..accounts.lineage import own_accounts
from ..accounts.lookup import find_entry
from ..entries.body import body_of
from ..entries.poll_state import has_ended
from ..entries.version import version_of
from ..errors import PostError
from ..timestamps import time_text
from .post import Draft, compose
from .reaction import meant
from .standing import already

MAX_OWN_VOTES = 10_000
"""Own votes that are gone through for the last one in a poll."""


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A poll as typed; `end_ms` is the last Unix millisecond at which a vote counts."""

    asked: Draft
    options: Sequence[str]
    end_ms: int | None = None
    many: bool = False


def ask(store: Store, author: Author, draft: PollDraft) -> Published:
    """Append a poll. Raises `NodeError` or `StoreError`."""
    options = _options(draft.options)
    if draft.asked.quote is not None:
        raise PostError(_("a poll quotes nothing: answer with --reply"))
    post = compose(store, draft.asked)
    poll = Poll(
        post.text,
        options,
        draft.end_ms,
        draft.many,
        post.reply,
        post.reply_version,
        post.root,
        post.mentions,
        post.tags,
        post.lang,
        post.warn,
    )
    return _publish(store, author, poll)


def vote(store: Store, author: Author, entry: str, choices: Sequence[int]) -> Published:
    """Append a vote in the poll that an ID names, for options counted from 1; without any it takes
    an earlier vote back. Nothing is written where the same vote stands. Raises as `ask`."""
    reference = meant(find_entry(store, entry))
    held = store.entry(reference.id)
    poll = body_of(held)
    if held is None or not isinstance(poll, Poll):
        raise PostError(_("this is no poll that is held here: `sayso read` shows those that are"))
    chosen = _choices(poll, choices)
    if has_ended(poll) and poll.end is not None:
        raise PostError(
            _("the poll ended at {time_text}: no vote counts any more").format(
                time_text=time_text(poll.end)
            )
        )
    before = _own_vote(store, reference.id)
    if not chosen and (before is None or not before[1].choices):
        raise PostError(_("there is no vote of yours to take back"))
    if before is not None and before[1].choices == chosen:
        return already(before[0])
    return _publish(store, author, Vote(reference, chosen, version_of(store, held)))


def _publish(store: Store, author: Author, body: KnownBody) -> Published:
    try:
        return published(store, author.publish([body]))
    except Refused as error:
        raise PostError(
            _("it cannot be written: {error}; at most {max_body} bytes fit").format(
                error=error, max_body=MAX_BODY
            )
        ) from error


def _options(typed: Sequence[str]) -> tuple[str, ...]:
    options = tuple(keep(one.strip()) for one in typed)
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        raise PostError(
            _("a poll has {min_options} to {max_options} options: give each with --option").format(
                min_options=MIN_OPTIONS, max_options=MAX_OPTIONS
            ),
            "option",
        )
    for one in options:
        if not one or not is_line(one):
            raise PostError(_("an option is one line of text"), "option")
        if len(one.encode()) > MAX_OPTION:
            raise PostError(
                _("an option has at most {max_option} bytes: {one}…").format(
                    max_option=MAX_OPTION, one=one[:40]
                ),
                "option",
            )
    if len(set(options)) < len(options):
        raise PostError(_("two options are the same: nobody could tell them apart"), "option")
    return options


def _choices(poll: Poll, typed: Sequence[int]) -> tuple[int, ...]:
    chosen = tuple(sorted({one - 1 for one in typed}))
    if any(not 0 <= one < len(poll.options) for one in chosen):
        raise PostError(_("the poll has options 1 to {options}").format(options=len(poll.options)))
    if len(chosen) > 1 and not poll.many:
        raise PostError(_("this poll takes one choice"))
    return chosen


def _own_vote(store: Store, poll_id: bytes) -> tuple[StoredEntry, Vote] | None:
    """The own last vote in a poll."""
    found: tuple[StoredEntry, Vote] | None = None
    for account in own_accounts(store):
        for entry in store.of_kind(account, Vote.KIND, MAX_OWN_VOTES):
            body = body_of(entry)
            if isinstance(body, Vote) and body.on.id == poll_id:
                order = (entry.time_ms, entry.seq, entry.id)
                if found is None or order > (found[0].time_ms, found[0].seq, found[0].id):
                    found = entry, body
    return found
