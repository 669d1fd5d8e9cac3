"""The look of a hub and of what it carries to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.discovery.hub.settings import HubSettings, Openness
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ..amount import size_text
from ..people.name import account_parts

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_protocol.discovery.hub.carried_account import CarriedAccount
    from sayso_protocol.discovery.hub.carry_messages import CarryAnswer

_OPEN = {
    Openness.LISTED: mark("open to nobody beside those that you list"),
    Openness.ACCOUNTS: mark("open to accounts whose own node asks"),
    Openness.EVERYBODY: mark("open to whomever anybody asks for"),
}
_WORD = {
    "owner": mark("on your word"),
    "account": mark("asked by its own node"),
    "reader": mark("asked by a reader"),
}


def openness_words(settings: HubSettings) -> str:
    """For whom a hub is open."""
    return _(_OPEN[settings.open])


def show_carried(out: Output, one: CarriedAccount, settings: HubSettings, names: Names) -> None:
    """Print one account that is carried for others."""
    most = settings.most_of(one.account)
    size = _size(one.bytes, most)
    word = _(_WORD[one.word]) if one.word in _WORD else one.word
    if settings.is_listed(one.account):
        word = _("on your list")
    more = [] if one.grows else [_("takes no more")]
    amount = f"{quantity(one.entries, 'entry')}, {size}"
    out.line(*account_parts(names, one.account), amount, word, *more)


def show_answer(out: Output, answer: CarryAnswer) -> None:
    """Print what a hub answered."""
    held = f"{quantity(answer.entries, 'entry')}, {_size(answer.size, answer.most)}"
    held = _("({held} held)").format(held=held)
    out.line(answer.words, *([held] if answer.is_carried else []))


def _size(size: int, most: int | None) -> str:
    """Bytes that are held, and how many may be."""
    if most is None:
        return size_text(size)
    return _("{size} of {most}").format(size=size_text(size), most=size_text(most))
