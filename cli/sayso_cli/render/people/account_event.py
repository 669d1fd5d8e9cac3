"""The look of what happened to accounts: who took an invite, whose keys changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.text.relative_time import for_people
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ..short import SHORT_KEY
from .name import account_parts, account_text, own_words

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.key_changes import KeyChangeItem

_WHAT = {
    "key-changed": mark("goes on under another key"),
    "device-added": mark("has a new device"),
    "device-revoked": mark("ended a device's feed"),
    "forked": mark("has a feed with two histories"),
    "fork-ended": mark("ended the feed that had two histories"),
}

_MEANS = {
    "key-changed": mark("The new key was promised by the old one, and you follow it already."),
    "device-added": mark(
        "You follow it, too. If {who} knows nothing of it, a key was stolen: ask."
    ),
    "device-revoked": mark("What that device wrote later does not count. There is nothing to do."),
    "forked": mark(
        "A home was copied, or a key stolen. Nothing is taken from it any more: tell {who}."
    ),
    "fork-ended": mark("Everybody agrees on one history again. There is nothing to do."),
}

_WRITTEN_MEANS = mark(
    "What you write goes to it, too. If {who} knows nothing of it, a key was stolen: ask elsewhere."
)
"""Of a new device of somebody with whom there are private messages."""

_OWN_MEANS = {
    "key-changed": mark("To go on from this device: `sayso rotate --phrase-file F`"),
    "device-added": mark(
        "If it is not yours: `sayso device revoke {about}`, then `sayso rotate --help`"
    ),
    "device-revoked": mark(
        "What it wrote later does not count. Was it not you? `sayso rotate --help`"
    ),
    "forked": mark("A home was copied and used twice. To end it: `sayso device revoke {about}`"),
    "fork-ended": mark("Everybody agrees on one history again. There is nothing to do."),
}


def show_guest(out: Output, item: GuestItem, names: Names, *, followed: bool) -> None:
    """Print who took an invite, and how to follow it where it is not `followed` yet."""
    from sayso_node.accounts.invites import invite_id
    from sayso_node.clock import now_ms
    from sayso_protocol.crypto.keys import key_text

    guest = item.guest
    when = for_people(guest.time_ms, now_ms())
    did = (
        _("took your invite, and you follow it")
        if guest.invite.follow_back
        else _("took your invite")
    )
    out.line(*account_parts(names, guest.account), did, invite_id(guest.invite.token), when)
    if not followed:
        out.indented(
            _("To follow it: `sayso follow {account}`").format(account=key_text(guest.account))
        )


def show_key_change(out: Output, item: KeyChangeItem, names: Names) -> None:
    """Print a key change."""
    from sayso_node.clock import now_ms
    from sayso_protocol.crypto.keys import key_text

    change, is_own = item.change, item.name.is_own
    device = own_words(item.device) if item.device else ""
    about = key_text(change.about)[:SHORT_KEY]
    when = for_people(change.time_ms, now_ms())
    out.heading(*account_parts(names, change.account), _(_WHAT[change.kind]), device, about, when)
    means = (_OWN_MEANS if is_own else _MEANS)[change.kind]
    words = _(_WRITTEN_MEANS if item.is_written_to else means)
    out.indented(words.format(who=account_text(names, change.account), about=about))
