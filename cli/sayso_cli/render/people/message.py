"""The look of private messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sayso_node.text.relative_time import for_people
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ..amount import size_text
from ..short import SHORT_ID
from .name import name_heading

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.messages.conversation import ShownMessage
    from sayso_node.timeline.waiting_reasons import Reason
    from sayso_protocol.private.contents.message_file import MessageFile

_STATES: Final = {
    "waiting": mark("waiting"),
    "carried": mark("carried: others hold it for the reader"),
    "delivered": mark("delivered"),
    "returned": mark("returned: nobody took it within 30 days"),
}


_REASONS: Final = {
    "node-off": mark("your node does not run: `sayso run` sends it"),
    "node-locked": mark(
        "your node was started without the passphrase: `sayso run --passphrase-file F`"
    ),
    "node-starts": mark("your node has just begun, and first hears from its peers"),
    "unknown-account": mark(
        "nothing of that account has come here: follow it, or look with `sayso find KEY`"
    ),
    "no-key": mark(
        "that account has no key for messages that came here: they go when its owner has used "
        "`sayso messages`, and its node ran"
    ),
    "old-key": mark("its key for messages is two weeks old: they go when its node has run again"),
    "closed-door": mark("strangers may not knock at that door: it takes you where it follows you"),
    "no-carrier": mark("no node is known that takes letters for it: they go when its own is on"),
    "carriers-away": mark("the nodes that take letters for it do not answer"),
    "stamp": mark("a first letter to it costs some work: your node is at it"),
    "sending": mark("your node is sending it"),
}


def show_message(
    out: Output,
    one: ShownMessage,
    names: Names,
    now_ms: int,
    waits: Mapping[bytes, Reason] | None = None,
) -> None:
    """Print a message: with whom, its words, what became of it, and its id. `waits` says by
    account what messages wait for."""
    message, style = one.kept.message, out.style
    account = message.to if one.is_own else one.kept.author
    when = for_people(message.sent_ms, now_ms)
    before = _("to") if one.is_own else _("from")
    name_heading(out, names.of(account), key_text(account), when, before=before)
    if message.text:
        out.paragraph(message.text)
    for number, file in enumerate(message.attachments, 1):
        show_file(out, number, file, is_held=one.holds(file))
    if one.is_own:
        state = one.kept.state.name.lower()
        why = None if state != "waiting" or waits is None else waits.get(account)
        reason = "" if why is None else f": {_(_REASONS[why.value])}"
        out.indented(style.dim(_(_STATES[state]) + reason))
    if message.expires_ms is not None:
        end = for_people(message.expires_ms, now_ms)
        out.indented(style.dim(_("erased on both sides: {when}").format(when=end)))
    out.indented(style.dim(one.id[:SHORT_ID]))


def show_file(out: Output, number: int, file: MessageFile, *, is_held: bool) -> None:
    """Print a line for an attachment: its number, by which it is fetched, and what the writer calls
    it and says of it."""
    here = _("here") if is_held else _("not here")
    alt = f"“{file.alt}”" if file.alt else ""
    out.indented(f"{number}. [{size_text(file.size)}, {here}]", file.type, file.name, alt)
