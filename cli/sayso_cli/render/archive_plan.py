"""How the plan of an import, and what came of it, look to a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, ngettext

from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.archive import Archive, ArchivedPost
    from sayso_node.archive.plan import Plan

MAX_SHOWN = 10
"""Unreadable records that are named to people."""

SAMPLE = 60
"""Characters of a sample."""

_NAMES: dict[str, Callable[[int], str]] = {
    "post": lambda n: quantity(n, "post"),
    "thread": lambda n: quantity(n, "answer to an own post", "answers to own posts"),
    "reply": lambda n: quantity(n, "reply to somebody else", "replies to others"),
    "limited": lambda n: quantity(n, "post that was not public", "posts that were not public"),
    "doubtful": lambda n: quantity(n, "doubtful post"),
    "own-repost": lambda n: quantity(n, "repost of an own post", "reposts of own posts"),
    "repost": lambda n: quantity(
        n, "repost of somebody else's post", "reposts of other people's posts"
    ),
    "not public": lambda n: quantity(n, "post that was not public", "posts that were not public"),
    "unlisted": lambda n: quantity(n, "unlisted post", "unlisted posts"),
    "older version of an edited post": lambda n: quantity(
        n, "older version of an edited post", "older versions of edited posts"
    ),
    "someone else's": lambda n: quantity(n, "post of somebody else", "posts of other people"),
    "no text": lambda n: quantity(n, "post without words", "posts without words"),
    "not a post": lambda n: quantity(n, "thing that is no post", "things that are no posts"),
    "long text whose post is missing": lambda n: quantity(
        n, "long text whose post is missing", "long texts whose posts are missing"
    ),
    "tag that cannot be one here": lambda n: quantity(
        n, "tag that cannot be one here", "tags that cannot be one here"
    ),
    "picture": lambda n: quantity(
        n, "picture; its description or link stays", "pictures; descriptions or links stay"
    ),
    "poll": lambda n: quantity(
        n, "poll: its votes; the choices stay", "polls: their votes; the choices stay"
    ),
}


def show_plan(out: Output, archive: Archive, plan: Plan) -> None:
    """Print what would be published, what not, and what the archive does not tell."""
    if plan.count:
        out.heading(
            _("{counted} would be published, signed and for good:").format(
                counted=counted(plan.count, "post")
            )
        )
        for kind, count in plan.kinds.most_common():
            out.indented(counted(count, kind))
        if plan.posts:
            out.indented(_span(plan.posts))
        for post in _samples(plan.posts):
            out.indented(_sample(post))
    elif not plan.publishes:
        out.heading(_("nothing would be published"))
    _show_beside(out, plan)
    if plan.known:
        out.line(
            ngettext(
                "{count} post is here already", "{count} posts are here already", plan.known
            ).format(count=plan.known)
        )
    show_left_out(out, archive, plan.left_out, plan.refused)
    if plan.doubts:
        out.heading(_("Doubtful:"))
        for why, count in plan.doubts.most_common():
            out.indented(f"{counted(count, 'post')}: {_(why)}")
        for post in _samples(plan.doubtful):
            out.indented(_sample(post))
    show_remarks(out, archive)


def _show_beside(out: Output, plan: Plan) -> None:
    """Print what comes with the posts, and what stays on this machine."""
    if plan.media:
        out.line(_("with"), quantity(len(plan.media), "picture or film", "pictures and films"))
    fields = {
        _("into your profile, the name:"): plan.profile.name,
        _("into your profile, the biography:"): plan.profile.bio,
    }
    for what, words in fields.items():
        if words:
            out.line(what, " ".join(words.split())[:SAMPLE])
    if plan.profile.picture:
        out.line(_("into your profile: a picture"))
    lists = plan.lists
    for count, names in (
        (
            len(lists.follows),
            quantity(len(lists.follows), "account that you followed", "accounts that you followed"),
        ),
        (
            len(lists.likes),
            quantity(len(lists.likes), "post that you liked", "posts that you liked"),
        ),
        (
            len(lists.bookmarks),
            quantity(len(lists.bookmarks), "post that you marked", "posts that you marked"),
        ),
    ):
        if count:
            out.line(_("{names}, kept on this machine alone").format(names=names))


def show_left_out(
    out: Output, archive: Archive, left_out: Mapping[str, int], refused: Mapping[str, int]
) -> None:
    """Print what stays out, by kind or reason, most first."""
    from sayso_node.archive.plan import unreadable

    lines = [counted(count, why) for why, count in _most_first(left_out)]
    lines += [f"{counted(count, 'post')}: {_(why)}" for why, count in _most_first(refused)]
    broken = unreadable(archive)
    if broken:
        lines.append(_("{count} unreadable").format(count=broken))
    if lines:
        out.heading(_("Left out:"))
    for line in lines:
        out.indented(line)


def show_remarks(out: Output, archive: Archive) -> None:
    """Print what could not be read, and what the archive leaves open."""
    for text in [*archive.errors[:MAX_SHOWN], *archive.notes]:
        out.indented(text)


def counted(count: int, kind: str) -> str:
    """A number of things, in words."""
    named = _NAMES.get(kind)
    return quantity(count, kind) if named is None else named(count)


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: -pair[1])


def _samples(posts: list[ArchivedPost]) -> Iterable[ArchivedPost]:
    """The first, the middle and the last."""
    places = sorted({0, len(posts) // 2, len(posts) - 1}) if posts else []
    return [posts[place] for place in places]


def _sample(post: ArchivedPost) -> str:
    words = " ".join(post.text.split())
    shown = words if len(words) <= SAMPLE else words[: SAMPLE - 1].rstrip() + "…"
    return f"{_day(post.written_ms)}  “{shown}”"


def _span(posts: list[ArchivedPost]) -> str:
    times = [post.written_ms for post in posts if post.written_ms is not None]
    undated = len(posts) - len(times)
    if not times:
        return _("without a time")
    first, last = _day(min(times)), _day(max(times))
    words = (
        _("written on {first}") if first == last else _("written from {first} to {last}")
    ).format(first=first, last=last)
    if not undated:
        return words
    return _("{words}, {count} without a time").format(words=words, count=undated)


def _day(written_ms: int | None) -> str:
    from sayso_node.timestamps import time_text

    return _("no time") if written_ms is None else time_text(written_ms)[:10]
