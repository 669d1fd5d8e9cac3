"""What own messages wait for, for the commands that show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .context import Context

if TYPE_CHECKING:
    from sayso_node.messages.conversation import ShownMessage
    from sayso_node.timeline.waiting_reasons import NodeState, Reason
    from sayso_storage.interface.sealed_records import SealedRecords
    from sayso_storage.interface.store import Store


def waiting_for(
    context: Context, store: Store, records: SealedRecords, found: Iterable[ShownMessage]
) -> dict[bytes, Reason]:
    """By the accounts to which own messages of these wait: why. Empty where none waits, or the
    running node does not say."""
    from sayso_node.accounts.lineage import newest_keys
    from sayso_node.clock import now_ms
    from sayso_node.errors import ControlError, NodeStopped
    from sayso_node.timeline.waiting_reasons import reasons
    from sayso_protocol.private.mailbox_effects import MessageState

    waiting = (
        one.kept.message.to
        for one in found
        if one.is_own and one.kept.state is MessageState.WAITING
    )
    accounts = list(dict.fromkeys(waiting))
    if not accounts:
        return {}
    node: NodeState | None = None
    try:
        node = _asked(context, newest_keys(store, accounts))
    except NodeStopped:
        pass
    except (ControlError, ValueError, TypeError):
        return {}
    return reasons(store, records, accounts, node, now_ms())


def record(one: ShownMessage, waits: dict[bytes, Reason]) -> dict[str, object]:
    """A message for programs, with what it waits for."""
    reason = waits.get(one.kept.message.to) if one.kept.state == 0 else None
    return {**one.as_json(), "waiting_for": None if reason is None else reason.value}


def _asked(context: Context, accounts: list[bytes]) -> NodeState:
    from sayso_node.control.client import request
    from sayso_node.timeline.waiting_reasons import NodeState

    keys = [one.hex() for one in accounts]
    return NodeState.read(request(context.home, "waiting letters", accounts=keys))
