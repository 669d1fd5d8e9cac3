"""The look of an invite to a person, and to programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sayso_protocol.translation import _

if TYPE_CHECKING:
    from sayso_protocol.discovery.invite import Invite
    from sayso_storage.interface.network.invite_records import OwnInvite

OPEN: Final = "open"
"""The state of an invite that lets somebody in."""


def invite_record(made: OwnInvite, link: str | None) -> dict[str, object]:
    """An own invite for programs; `link` is None where it has ended."""
    from sayso_node.accounts.invites import invite_id
    from sayso_node.timestamps import time_text

    return {
        "link": link,
        "id": invite_id(made.token),
        "expires": None if made.expires_ms is None else time_text(made.expires_ms),
        "made": time_text(made.made_ms),
        "revoked": None if made.revoked_ms is None else time_text(made.revoked_ms),
        "name": made.name,
        "once": made.once,
        "follow_back": made.follow_back,
        "list": made.list_name,
    }


def terms(made: OwnInvite) -> str:
    """What an invite does and how long, in a line."""
    from sayso_node.accounts.invites import invite_id
    from sayso_node.text.relative_time import exact_time

    until = _("open until you end it")
    if made.expires_ms is not None:
        until = _("open until {exact_time}").format(exact_time=exact_time(made.expires_ms))
    said = [_("for one person") if made.once else _("for whoever has the line")]
    if made.follow_back:
        said.append(_("whom you follow back"))
    if made.list_name:
        said.append(_("with your list {name}").format(name=made.list_name))
    return _("Invite {id}, {terms}.").format(
        id=invite_id(made.token), terms=", ".join([*said, until])
    )


def state_of(made: OwnInvite, taken: int, now_ms: int) -> str:
    """Whether an invite that `taken` accounts took is ``open``, ``revoked``, ``expired`` or
    ``used``."""
    from sayso_node.accounts.invites import is_open
    from sayso_storage.interface.network.invite_records import MAX_GUESTS

    if made.revoked_ms is not None:
        return "revoked"
    if not is_open(made, now_ms):
        return "expired"
    return "used" if taken >= (1 if made.once else MAX_GUESTS) else OPEN


def left_out_words(invite: Invite, short: Invite) -> str:
    """What a code to scan lacks of the whole line, for want of room; empty where that is nothing of
    weight."""
    from sayso_protocol.discovery.short_invite import left_out

    *some, last = left_out(invite, short) or [""]
    lacking = _("{names} and {last}").format(names=", ".join(some), last=last) if some else last
    return lacking and _(
        "The code lacks {lacking}, for which the terminal is too small; the line has all."
    ).format(lacking=lacking)
