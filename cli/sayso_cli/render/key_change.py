"""The look of a key change to a person: what happened, what it means, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal.output import Output
from ..terminal.relative_time import for_people
from .name import account_parts, account_text, own_words
from .short import SHORT_KEY

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.timeline.key_changes import KeyChangeItem

_WHAT = {
    "key-changed": "goes on under another key",
    "device-added": "has a new device",
    "device-revoked": "ended a device's feed",
    "forked": "has a feed with two histories",
    "fork-ended": "ended the feed that had two histories",
}

_MEANS = {
    "key-changed": "The new key was promised by the old one, and you follow it already.",
    "device-added": "You follow it, too. If {who} knows nothing of it, a key was stolen: ask.",
    "device-revoked": "What that device wrote later does not count. There is nothing to do.",
    "forked": "A home was copied, or a key stolen. Nothing is taken from it any more: tell {who}.",
    "fork-ended": "Everybody agrees on one history again. There is nothing to do.",
}

_OWN_MEANS = {
    "key-changed": "To go on from this device: sayso rotate",
    "device-added": "If it is not yours: sayso device revoke {about}, and then sayso rotate",
    "device-revoked": "What it wrote later does not count. If it was not you: sayso rotate",
    "forked": "A home was copied and used twice. To end it: sayso device revoke {about}",
    "fork-ended": "Everybody agrees on one history again. There is nothing to do.",
}


def show_key_change(out: Output, item: KeyChangeItem, names: Names) -> None:
    """Print a key change."""
    if out.json:
        out.record(item.as_json())
        return
    from sayso_node.clock import now_ms
    from sayso_protocol.crypto.keys import key_text

    change, is_own = item.change, item.name.is_own
    device = own_words(item.device) if item.device else ""
    about = key_text(change.about)[:SHORT_KEY]
    when = for_people(change.time_ms, now_ms())
    out.heading(*account_parts(names, change.account), _WHAT[change.kind], device, about, when)
    words = (_OWN_MEANS if is_own else _MEANS)[change.kind]
    out.indented(words.format(who=account_text(names, change.account), about=about))
