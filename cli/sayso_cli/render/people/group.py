"""The look of closed groups: what they are, who is in, and what is asked before somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sayso_node.text.relative_time import for_people
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark, ngettext

from ...terminal.output import Output
from ...terminal.safe_text import safe_phrase
from ..short import SHORT_ID
from .name import account_parts, account_phrase, author_words, own_words

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.entries.item import InGroup
    from sayso_node.messages.known_groups import KnownGroup
    from sayso_node.timeline.invitation_item import InvitationItem

NAMED_MEMBERS: Final = 100
"""Members that are listed; with --json all are."""

_CHANGES: Final = {
    "add": mark("written before {who} was added"),
    "remove": mark("written before {who} was removed"),
    "leave": mark("written before {who} left"),
}


def show_group_line(out: Output, one: KnownGroup, names: Names, now_ms: int) -> None:
    """Print a group in two lines: its name and id, and what it is."""
    from sayso_node.messages.known_groups import mode_text

    out.record(one.as_json(names, now_ms))
    if out.json:
        return
    style = out.style
    count = quantity(len(one.group.members), "member")
    out.line(own_words(one.name), style.dim(one.id[:SHORT_ID]), style.dim(count), *_state(one))
    out.indented(style.dim(mode_text(one.group.charter)))
    if one.invited is not None:
        _show_invitation(out, one, names, now_ms)


def show_group(out: Output, one: KnownGroup, names: Names, now_ms: int) -> None:
    """Print a group and who is in it."""
    show_group_line(out, one, names, now_ms)
    if out.json:
        return
    owner, members = one.group.membership.owner, one.group.members
    for account, is_admin in list(members.items())[:NAMED_MEMBERS]:
        role = _("owner") if account == owner else _("admin") if is_admin else ""
        since = _("since {when}").format(when=for_people(one.since_ms(account), now_ms))
        out.indented(account_phrase(names, account), role, out.style.dim(since))
    if len(members) > NAMED_MEMBERS:
        more = len(members) - NAMED_MEMBERS
        out.indented(_("and {more}: `sayso group show GROUP --json` lists them").format(more=more))


def show_invitation(out: Output, item: InvitationItem) -> None:
    """Print a line among what others did, and what to do about it."""
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import mode_text

    if out.json:
        return
    when, short = for_people(item.came_ms, now_ms()), item.group.id[:SHORT_ID]
    who, name = author_words(item.name, key_text(item.by)), own_words(item.group.name)
    said = safe_phrase(who, _("invited you to"), name)
    out.line(safe_phrase(said, out.style.dim(f"· {when}")), out.style.dim(short))
    out.indented(out.style.dim(mode_text(item.group.group.charter)))
    out.indented(out.style.dim(_accept_text(short)))


def group_words(one: KnownGroup) -> str:
    """A group in a sentence."""
    return safe_phrase(own_words(one.name), one.id[:SHORT_ID])


def group_facts(place: InGroup, names: Names) -> list[str]:
    """What is to be said of a post because of where it stands in its group."""
    facts = [
        _(_CHANGES[kind]).format(who=safe_phrase(*account_parts(names, account)))
        for kind, account in place.before
    ]
    more = place.changes - len(place.before)
    if more > 0:
        changes = quantity(more, "change")
        facts.append(_("written before {changes} of who is in").format(changes=changes))
    if place.unread:
        facts.append(
            ngettext(
                "written without knowing {n} post that came before",
                "written without knowing {n} posts that came before",
                place.unread,
            ).format(n=place.unread)
        )
    return facts


def what_newcomer_reads(one: KnownGroup) -> str:
    """What somebody will read who is added."""
    if one.group.charter.forgetting:
        return _("It reads what is written from now on, and nothing of the past.")
    return _(
        "It reads all that was ever written there, and what comes. What it has read cannot be "
        "taken back."
    )


def _state(one: KnownGroup) -> tuple[str, ...]:
    match one.state.value:
        case "left":
            return (_("(you are out of it)"),)
        case "invited":
            return (_("(you are invited)"),)
        case _:
            return ()


def _show_invitation(out: Output, one: KnownGroup, names: Names, now_ms: int) -> None:
    assert one.invited is not None
    when = for_people(one.invited.came_ms, now_ms)
    who = account_phrase(names, one.invited.by)
    out.indented(safe_phrase(_("invited by"), who), out.style.dim(when))
    short = one.id[:SHORT_ID]
    out.indented(out.style.dim(_accept_text(short)))


def _accept_text(short: str) -> str:
    return _("`sayso accept {id}` or `sayso decline {id}`; until then nobody is told").format(
        id=short
    )
