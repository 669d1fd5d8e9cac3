"""Reading the ``[knock]`` table of `filters.toml`: what strangers pay, by their distance."""

from __future__ import annotations

from typing import Final

from ...letters.prices import DEFAULT, MAX_STAMP_BITS, Price, Prices
from ...suggestion import similar
from ...toml.values import Value
from ...translation import _
from .rule_parser import RuleParser

TABLE: Final = "knock"
NOBODY: Final = "nobody"
"""Written in place of a price where nobody of that distance may knock."""


def read_knock(table: Value, reader: RuleParser) -> Prices:
    """The prices; those that are not written are the defaults, or what a nearer distance costs
    where that is more. Mistakes are noted with the reader."""
    if not isinstance(table, dict):
        reader.add_mistake((TABLE,), _("what strangers pay is a table: [knock]"))
        return DEFAULT
    for key in table.keys() - set(Prices._fields):
        reader.add_mistake(
            (TABLE, key),
            _("`{key}` is not known{similar}").format(
                key=key, similar=similar(key, Prices._fields)
            ),
        )
    found, highest = list[Price](), 0
    for key, usual in zip(Prices._fields, DEFAULT, strict=True):
        price = _price(key, table[key], reader) if key in table else usual
        rank = MAX_STAMP_BITS + 1 if price is None else price
        if rank < highest:
            if key in table:
                reader.add_mistake(
                    (TABLE, key),
                    _(
                        "`{key}` costs less than what is nearer: a price never falls with distance"
                    ).format(key=key),
                )
            price = found[-1]
        highest = max(highest, rank)
        found.append(price)
    return Prices(*found)


def price_text(price: Price) -> int | str:
    """A price as a file has it."""
    return NOBODY if price is None else price


def _price(key: str, value: Value, reader: RuleParser) -> Price:
    if value == NOBODY:
        return None
    if type(value) is not int or not 0 <= value <= MAX_STAMP_BITS:
        reader.add_mistake(
            (TABLE, key),
            _('`{key}` is a number of bits from 0 to {max_bits}, or "nobody"').format(
                key=key, max_bits=MAX_STAMP_BITS
            ),
        )
        return MAX_STAMP_BITS
    return value
