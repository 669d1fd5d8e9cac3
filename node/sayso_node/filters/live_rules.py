"""Rules for a process that runs on: the file is read again when it has changed."""

from __future__ import annotations

import os
from collections.abc import Callable

from sayso_protocol.filters.rules import NO_RULES, Rules

from ..home.directory import Home
from .file import FiltersError, load_rules

Stamp = tuple[int, int, int]
_NOWHERE: Stamp = (0, 0, 0)


class LiveRules:
    """The last rules of a home that were good.

    A file with a mistake changes nothing: what was chosen stays in force until something else
    that can be understood is chosen, and `trouble` says so.
    """

    def __init__(self, home: Home, apply: Callable[[Rules], object] = lambda _: None) -> None:
        """Read the file. `apply` is handed the rules, now and whenever there are others; where it
        raises they are read again the next time. Raises `FiltersError`: at the start there are no
        good rules to keep."""
        self._home = home
        self._apply = apply
        self._stamp = self._look()
        self.rules: Rules = load_rules(home)
        apply(self.rules)
        self.trouble: FiltersError | None = None

    def refresh(self) -> bool:
        """Read the file again if it was changed. True where there are other rules now, or new
        trouble. Raises what `apply` raises."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        try:
            rules = load_rules(self._home) if stamp else NO_RULES
        except FiltersError as error:
            self._stamp, self.trouble = stamp, error
            return True
        if rules != self.rules:
            self._apply(rules)
        changed = rules != self.rules or self.trouble is not None
        self._stamp, self.rules, self.trouble = stamp, rules, None
        return changed

    def _look(self) -> Stamp | None:
        if not os.path.lexists(self._home.filters):
            return None
        try:
            found = self._home.filters.stat()
        except OSError:  # a link that leads nowhere, which is trouble
            return _NOWHERE
        return found.st_ino, found.st_mtime_ns, found.st_size
