"""Somebody else, whose entries the home under test holds."""

from __future__ import annotations

from sayso_node.clock import now_ms
from sayso_protocol.content.body import KnownBody, Reference
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store

from ...support import Person


class Neighbour(Person):
    """An account that the home follows; its entries come there as they are written."""

    def __init__(self, name: str, home: Store) -> None:
        self._home: Store | None = None
        self._runs: list[Run] = []
        super().__init__(name)
        self._home = home
        home.follow(self.account, None, now_ms())
        home.add_grant(self.grant)
        home.append(self._runs, now_ms())

    def publish(self, bodies: list[KnownBody]) -> Run:
        run = super().publish(bodies)
        self._runs.append(run)
        if self._home is not None:
            self._home.append([run], now_ms())
        return run

    def says(self, body: KnownBody) -> Reference:
        """One entry; gives its name."""
        run = self.publish([body])
        return Reference(self.account, self.feed, run.last, run.tip)
