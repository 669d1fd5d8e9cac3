"""The look of a hub and of what it carries to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.discovery.hub.settings import HubSettings, Openness
from sayso_protocol.quantity import quantity

from ...terminal.output import Output
from ..amount import size_text
from ..people.name import account_parts

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_protocol.discovery.hub.carried_account import CarriedAccount
    from sayso_protocol.discovery.hub.carry_messages import CarryAnswer

_OPEN = {
    Openness.LISTED: "open to nobody beside those that you list",
    Openness.ACCOUNTS: "open to accounts whose own node asks",
    Openness.EVERYBODY: "open to whomever anybody asks for",
}
_WORD = {"owner": "on your word", "account": "asked by its own node", "reader": "asked by a reader"}


def openness_words(settings: HubSettings) -> str:
    """For whom a hub is open."""
    return _OPEN[settings.open]


def show_carried(out: Output, one: CarriedAccount, settings: HubSettings, names: Names) -> None:
    """Print one account that is carried for others."""
    most = settings.most_of(one.account)
    size = size_text(one.bytes) + ("" if most is None else f" of {size_text(most)}")
    word = "on your list" if settings.is_listed(one.account) else _WORD.get(one.word, one.word)
    more = [] if one.grows else ["takes no more"]
    amount = f"{quantity(one.entries, 'entry')}, {size}"
    out.line(*account_parts(names, one.account), amount, word, *more)


def show_answer(out: Output, answer: CarryAnswer) -> None:
    """Print what a hub answered."""
    held = f"{quantity(answer.entries, 'entry')}, {size_text(answer.size)}"
    most = "" if answer.most is None else f" of {size_text(answer.most)}"
    out.line(answer.words, *([f"({held}{most} held)"] if answer.is_carried else []))
