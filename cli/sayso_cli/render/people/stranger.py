"""The look of strangers who knock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sayso_node.text.relative_time import for_people
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _, mark, ngettext

from ...terminal.output import Output
from ...terminal.safe_text import safe_phrase
from ..short import SHORT_ID
from .name import author_words, name_heading, own_words

if TYPE_CHECKING:
    from sayso_node.knocks.strangers import Stranger
    from sayso_protocol.letters.stranger import KnockRule

_WHAT: Final = {
    "reply": mark("answers you"),
    "mention": mark("mentions you"),
    "quote": mark("quotes you"),
    "follow": mark("follows you"),
    "message": mark("writes to you"),
}

_RULES: Final = {
    "forged": mark("refused: what they say of themselves does not hold"),
    "blocked": mark("refused: their accounts are blocked"),
    "filtered": mark("refused: rules hide what they say"),
    "price": mark("refused: they paid less than they must"),
    "nobody": mark("refused: nobody from so far may knock"),
    "known": mark("refused: they came before"),
    "sender": mark("refused: their senders have others here"),
    "turn": mark("gave way to others"),
    "age": mark("lay for 30 days"),
}


def show_stranger(out: Output, one: Stranger, now_ms: int) -> None:
    """Print a knock: who it is as far as that is known, what it says, and its id."""
    knock, style, reason = one.shelved.knock, out.style, one.word.reason.value
    when = for_people(knock.arrived_ms, now_ms)
    key = key_text(knock.sender)
    name_heading(out, one.name, key, safe_phrase(_(_WHAT[reason]), _way(one)), when)
    if one.warn:
        out.indented(style.warning(_("warning:")), own_words(one.warn))
    if one.text:
        out.paragraph(one.text)
    elif reason != "follow":
        out.indented(style.dim(_("Its text was too long to come along.")))
    if one.more:
        more = ngettext("{n} more came this way", "{n} more came this way", one.more)
        out.indented(style.dim(more.format(n=one.more)))
    out.indented(style.dim(one.id[:SHORT_ID]))


def strangers_text(count: int) -> str:
    """How many strangers answer in a conversation."""
    return ngettext(
        "{n} answer from strangers: `sayso notifications --strangers`",
        "{n} answers from strangers: `sayso notifications --strangers`",
        count,
    ).format(n=count)


def knock_rule_text(rule: KnockRule) -> str:
    """What became of knocks, and why, for a person."""
    return _(_RULES[rule.value])


def _way(one: Stranger) -> str:
    from sayso_node.knocks.strangers import reach_text

    knock = one.shelved.knock
    if one.introducer is None or knock.introducer is None:
        return f"({reach_text(knock.reach)})"
    by = author_words(one.introducer, key_text(knock.introducer))
    return _("(by {introducer})").format(introducer=by)
