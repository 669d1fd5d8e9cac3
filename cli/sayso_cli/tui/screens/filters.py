"""The rules of the home: what each does, and more or fewer of them, with the effect shown before it
counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType

from .. import destinations
from ..block_list import Block
from ..layout import Look, plain_line, said_lines
from ..rule_blocks import effect, rule_of, rules
from .entry_list import EntryListScreen
from .list_screen import ListScreen


class FilterScreen(ListScreen):
    """Lists rules."""

    heading = "filters"
    nothing = "There are no rules: a adds one, and shows first what it would hide."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add"),
        Binding("d", "remove", "remove"),
    ]

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return rules(self.reader.library)

    def action_add(self) -> None:
        """Write a rule."""
        self.reader.open(destinations.RuleForm())

    def action_remove(self) -> None:
        """Remove the selected rule, once its effect was seen."""
        block = self.view.current
        if block is None:
            self.reader.say("no rule is selected")
            return
        from sayso_node.filters.edit import without

        rule, reader = rule_of(block), self.reader
        self.reader.open(
            destinations.Effect(
                f"without the rule {rule.title}",
                lambda: without(reader.library.home, block.key),
                lambda: reader.pen.remove_rule(block.key),
            )
        )


class EffectScreen(EntryListScreen):
    """What other rules would change among the posts that are held; y lets them count."""

    nothing = "No post that is held would be shown in another way."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,ctrl+s", "save", "let it count", key_display="y"),
    ]

    def __init__(self, to: destinations.Effect) -> None:
        super().__init__()
        self.heading = to.heading
        self._rules, self._save = to.rules, to.save
        self._counted: list[str] = []

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        tried, blocks = effect(self.reader.library, self._rules())
        self._counted = [
            f"{tried.counts[how]} newly {how}, {tried.from_followed[how]} of people you follow"
            for how in ("hidden", "folded", "shown")
            if tried.counts[how]
        ]
        self._counted.append(f"of {tried.posts} posts")
        return iter(blocks)

    def on_mount(self) -> None:
        """Say what is waited for: all posts are looked at."""
        self.say(plain_line("looking at all posts that are held …", look=Look.FAINT))

    def loaded(self, is_first: bool) -> None:
        """Say how many posts change."""
        parts = (*self._counted, "y: let it count")
        self.say(*said_lines(self.size.width, *parts, look=Look.STRONG))

    def action_save(self) -> None:
        """Let the rules count."""
        self.reader.start(self._saved())

    async def _saved(self) -> None:
        await self.reader.off(self._save)
        self.reader.reload()
        self.reader.go(destinations.Filters())
        self.reader.say("the rules count from now on")

    async def _draw_again(self, key: str, *, read: bool = False) -> None:
        """A post stands here with what becomes of it."""
