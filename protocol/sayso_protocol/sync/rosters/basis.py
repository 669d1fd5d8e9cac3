"""The nodes on whose word something rests that is kept of a store with several front ends.

What one of them told is believed at all of them: that is what makes a reconnect anywhere cost what
is new. One whose key was stolen could so hide what it left out. It can do that for a while only:
two different nodes have to tell all that there is, each within `WHOLE_EVERY_MS`.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from ...limits import SECOND_WHOLE_MS, WHOLE_EVERY_MS

MAX_WHOLES: Final = 4
"""Nodes of which it is remembered when they told everything: two count."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Empty for what is kept of one node alone, which nobody else is asked about."""

    nodes: tuple[bytes, ...] = ()
    """Keys of the nodes that told something of it, since one told everything."""
    wholes: tuple[tuple[bytes, int], ...] = ()
    """The nodes that told everything last, each with the time (Unix milliseconds)."""

    def told_whole(self, node: bytes, wall_ms: int) -> Basis:
        """A node tells everything: from now on it rests on this node's word alone."""
        others = [one for one in self.wholes if one[0] != node]
        return Basis((node,), (*others, (node, wall_ms))[-MAX_WHOLES:])

    def passed_to(self, node: bytes) -> Basis:
        """A node goes on where others have ended."""
        return self if node in self.nodes else Basis((*self.nodes, node), self.wholes)

    def rests_on(self, nodes: Set[bytes]) -> bool:
        """Whether nobody else has told anything of it."""
        return all(node in nodes for node in self.nodes)

    def is_due(self, node: bytes, wall_ms: int) -> bool:
        """Whether a node is to tell everything: it is not the only one that ever did, and of
        others too few have done so lately."""
        if not self.nodes or self.nodes == (node,):
            return False
        ages = {one: wall_ms - at for one, at in self.wholes}
        fresh = {one: age for one, age in ages.items() if 0 <= age < WHOLE_EVERY_MS}
        if node in fresh or len(fresh) > 1:
            return False
        return all(age >= SECOND_WHOLE_MS for age in fresh.values())


NOBODY: Final = Basis()
