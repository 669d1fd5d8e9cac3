"""Rules as blocks, and what they do to entries. These wait for the disk, as the library does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sayso_protocol.translation import _

from ..errors import Failure
from .block_list import Block
from .library import Blocks, Library
from .rows import Rows

if TYPE_CHECKING:
    from sayso_node.filters.preview import Tried
    from sayso_protocol.filters.rules import Rule, Rules

MOST_TRIED: Final = 100
"""Posts that are shown of those that a rule would change."""


def rules(library: Library) -> Blocks:
    """The rules of the home, in order. Raises `FiltersError`."""
    from sayso_node.filters.file import load_rules

    from ..render.rules.rule import show_rule

    names = library.names()
    for rule in load_rules(library.home).rules:
        out = Rows()
        show_rule(out, rule, names)
        yield Block(str(rule.number), out.rows, rule)


def why(library: Library, entry_id: str) -> Blocks:
    """Why an entry is shown as it is, and how it came here."""
    from sayso_node.filters.explanation import explain_entry

    from ..render.rules.explanation import show_explanation

    out, found = Rows(), explain_entry(library.home, library.store, entry_id)
    item = library.reader().held([entry_id])[entry_id]
    show_explanation(out, found, library.names(), item)
    yield Block(f"why {entry_id}", out.rows)


def effect(
    library: Library, new: Rules, progress: Callable[[int], None] = lambda _: None
) -> tuple[Tried, list[Block]]:
    """How many held posts other rules would show in another way, and the newest of these."""
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_rules
    from sayso_node.filters.preview import try_rules

    from ..render.people.name import account_parts, excerpt, with_names

    names = library.names()
    old = load_rules(library.home)
    tried, changed = try_rules(library.store, old, new, now_ms(), MOST_TRIED, progress)
    blocks = []
    for one in changed:
        out, item = Rows(), one.item
        out.heading(f"{one.change.now} -> {one.change.then}", with_names(one.rule, names))
        out.indented(*account_parts(names, item.reference.account), excerpt(item.text or ""))
        blocks.append(Block(item.id, out.rows, item))
    return tried, blocks


def rule_of(block: Block) -> Rule:
    """The rule that a block shows. Raises `Failure` where it shows none."""
    from sayso_protocol.filters.rules import Rule

    if not isinstance(block.about, Rule):
        raise Failure(_("this is no rule"))
    return block.about
