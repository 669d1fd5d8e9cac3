"""The look of what others did, in words: who did what to which entry of the owner's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Final

from sayso_node.entries.item import Item
from sayso_protocol.translation import _, mark, ngettext

from ...terminal.output import Output
from ...terminal.safe_text import safe_phrase
from ..people.account_event import show_guest, show_key_change
from ..people.group import show_invitation
from ..people.name import author_words, excerpt, is_known
from ..short import SHORT_ID
from .item import DAMAGED, quoted, show_folded, when

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.invitation_item import InvitationItem
    from sayso_node.timeline.key_changes import KeyChangeItem
    from sayso_node.timeline.notification_groups import NotificationGroup
    from sayso_node.timeline.notifications import NotificationItem

NAMED: Final = 3
"""Accounts that a line names; the others are counted."""

SHORT: Final = 32
"""Characters of an entry of the owner's, who knows it."""

MAX_EMOJI: Final = 5
"""Reactions that a line names, those that most have first."""

_ON: Final = {
    "post": mark("your post"),
    "poll": mark("your poll"),
    "entry": mark("your entry"),
}
"""What a reaction is on."""


def show_notification(
    out: Output,
    one: NotificationGroup | KeyChangeItem | GuestItem | InvitationItem,
    names: Names,
    own: Mapping[str, Item],
    shown: Set[bytes],
    *,
    unfold: bool,
) -> None:
    """Print any notification; `own` is as in `show_notifications`, `shown` are the accounts that
    are on the timeline."""
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.invitation_item import InvitationItem
    from sayso_node.timeline.key_changes import KeyChangeItem

    if isinstance(one, GuestItem):
        show_guest(out, one, names, followed=one.guest.account in shown)
    elif isinstance(one, InvitationItem):
        show_invitation(out, one)
    elif isinstance(one, KeyChangeItem):
        show_key_change(out, one, names)
    else:
        show_notifications(out, one, names, own, unfold=unfold)


def show_notifications(
    out: Output,
    group: NotificationGroup,
    names: Names,
    own: Mapping[str, Item],
    *,
    unfold: bool,
) -> None:
    """Print what one or several accounts did; `own` are entries of the owner's, by id."""
    first = group.found[0]
    if first.item.rules.folded and not unfold:
        show_folded(out, first.item, names)
        return
    style = out.style
    on = own.get(group.on or "")
    short = (group.on or first.item.id)[:SHORT_ID]
    moment = f"· {when(first.item)}"
    if len(group.found) > 1 and group.kind == "reply":
        count = len(group.found)
        who = ngettext(
            "{count} account that you do not follow",
            "{count} accounts that you do not follow",
            count,
        ).format(count=count)
        said = safe_phrase(who, _did_to("reply", on, count), *_excerpt(on))
        out.line(safe_phrase(said, style.dim(moment)), style.dim(f"`sayso thread {short}`"))
        return
    writes = group.kind in ("reply", "quote", "mention")
    place = first.item.id[:SHORT_ID] if writes else short
    said = safe_phrase(_who(out, group.found), _did(group, on))
    end = "" if group.kind == "follow" else style.dim(place)
    out.line(safe_phrase(said, style.dim(moment)), end)
    if first.item.is_damaged:
        out.indented(_(DAMAGED))
    elif writes and first.item.text and not first.warn:
        out.paragraph(first.item.text)


def _who(out: Output, found: Sequence[NotificationItem]) -> str:
    """Those who did it: the newest by name, the others by number."""
    authors = [*{one.item.author: one.item for one in found}.values()]
    named, more = authors[:NAMED], len(authors) - NAMED
    last = (
        ngettext("{count} more", "{count} more", more).format(count=more)
        if more > 0
        else _name(out, named.pop())
    )
    if not named:
        return last
    commas = [_name(out, item, ",") for item in named[:-1]]
    return safe_phrase(*commas, _name(out, named[-1]), _("and"), last)


def _name(out: Output, item: Item, end: str = "") -> str:
    words = author_words(item.name, item.author) + end
    return out.style.name(words) if is_known(item.name) else words


def _did(group: NotificationGroup, on: Item | None) -> str:
    count = len({one.item.author for one in group.found})
    match group.kind:
        case "react":
            return safe_phrase(*_emoji(group.found), _(_ON[_kind(on)]), *_excerpt(on))
        case "mention":
            return ngettext("mentioned you", "mentioned you", count)
        case "follow":
            return ngettext("follows you", "follow you", count)
        case kind:
            return safe_phrase(_did_to(kind, on, count), *_excerpt(on))


def _did_to(act: str, on: Item | None, count: int) -> str:
    """What so many accounts did to an entry of the owner's."""
    match act, _kind(on):
        case "reply", "post":
            return ngettext("answered your post", "answered your post", count)
        case "reply", "poll":
            return ngettext("answered your poll", "answered your poll", count)
        case "reply", _:
            return ngettext("answered your entry", "answered your entry", count)
        case "quote", "post":
            return ngettext("quoted your post", "quoted your post", count)
        case "quote", "poll":
            return ngettext("quoted your poll", "quoted your poll", count)
        case "quote", _:
            return ngettext("quoted your entry", "quoted your entry", count)
        case _, "post":
            return ngettext("reposted your post", "reposted your post", count)
        case _, "poll":
            return ngettext("reposted your poll", "reposted your poll", count)
        case _:
            return ngettext("reposted your entry", "reposted your entry", count)


def _emoji(found: Sequence[NotificationItem]) -> list[str]:
    counts = Counter(quoted(one.emoji or "") for one in found)
    return [
        emoji if count == 1 else safe_phrase(emoji, f"×{count}")
        for emoji, count in counts.most_common(MAX_EMOJI)
    ]


def _kind(on: Item | None) -> str:
    """What an entry of the owner's is called."""
    return on.kind if on is not None and on.kind in ("post", "poll") else "entry"


def _excerpt(on: Item | None) -> tuple[str, ...]:
    """The beginning of an entry of the owner's, where it is known."""
    return (excerpt(on.text, SHORT),) if on is not None and on.text else ()
