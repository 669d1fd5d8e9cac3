"""The look of what others did, in words: who did what to which entry of the owner's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Final

from sayso_node.entries.item import Item
from sayso_protocol.quantity import quantity

from ...terminal.output import Output
from ...terminal.safe_text import safe_phrase
from ..people.happening import show_guest, show_key_change
from ..people.name import author_words, excerpt, is_known
from ..short import SHORT_ID
from .item import DAMAGED, quoted, show_folded, when

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.key_changes import KeyChangeItem
    from sayso_node.timeline.notification_groups import NotificationGroup
    from sayso_node.timeline.notifications import NotificationItem

NAMED: Final = 3
"""Accounts that a line names; the others are counted."""

SHORT: Final = 32
"""Characters of an entry of the owner's, who knows it."""

MAX_EMOJI: Final = 5
"""Reactions that a line names, those that most have first."""

_DID: Final = {"reply": "answered", "quote": "quoted", "repost": "reposted"}


def show_notification(
    out: Output,
    one: NotificationGroup | KeyChangeItem | GuestItem,
    names: Names,
    own: Mapping[str, Item],
    shown: Set[bytes],
    *,
    unfold: bool,
) -> None:
    """Print any notification; `own` is as in `show_notifications`, `shown` are the accounts that
    are on the timeline."""
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.key_changes import KeyChangeItem

    if isinstance(one, GuestItem):
        show_guest(out, one, names, followed=one.guest.account in shown)
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
        who = f"{quantity(len(group.found), 'account')} that you do not follow"
        said = safe_phrase(who, "answered", _what(on))
        out.line(safe_phrase(said, style.dim(moment)), style.dim(f"`sayso thread {short}`"))
        return
    writes = group.kind in ("reply", "quote", "mention")
    place = first.item.id[:SHORT_ID] if writes else short
    said = safe_phrase(_who(out, group.found), _did(group, on))
    end = "" if group.kind == "follow" else style.dim(place)
    out.line(safe_phrase(said, style.dim(moment)), end)
    if first.item.is_damaged:
        out.indented(DAMAGED)
    elif writes and first.item.text and not first.warn:
        out.paragraph(first.item.text)


def _who(out: Output, found: Sequence[NotificationItem]) -> str:
    """Those who did it: the newest by name, the others by number."""
    authors = [*{one.item.author: one.item for one in found}.values()]
    named, more = authors[:NAMED], len(authors) - NAMED
    last = f"{more} more" if more > 0 else _name(out, named.pop())
    if not named:
        return last
    commas = [_name(out, item, ",") for item in named[:-1]]
    return safe_phrase(*commas, _name(out, named[-1]), "and", last)


def _name(out: Output, item: Item, end: str = "") -> str:
    words = author_words(item.name, item.author) + end
    return out.style.name(words) if is_known(item.name) else words


def _did(group: NotificationGroup, on: Item | None) -> str:
    several = len({one.item.author for one in group.found}) > 1
    match group.kind:
        case "react":
            return safe_phrase(*_emoji(group.found), _what(on))
        case "mention":
            return "mentioned you"
        case "follow":
            return "follow you" if several else "follows you"
        case kind:
            return safe_phrase(_DID[kind], _what(on))


def _emoji(found: Sequence[NotificationItem]) -> list[str]:
    counts = Counter(quoted(one.emoji or "") for one in found)
    return [
        emoji if count == 1 else safe_phrase(emoji, f"×{count}")
        for emoji, count in counts.most_common(MAX_EMOJI)
    ]


def _what(on: Item | None) -> str:
    """An entry of the owner's within a sentence."""
    if on is None:
        return "your entry"
    what = {"post": "your post", "poll": "your poll"}.get(on.kind or "", "your entry")
    return safe_phrase(what, excerpt(on.text, SHORT)) if on.text else what
