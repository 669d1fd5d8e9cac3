"""The look of an event of the running node to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _


def event_words(event: Mapping[str, Any]) -> list[str]:
    """The words for an event. Of one that has none of its own, its name and what it tells."""
    match event:
        case {"event": "connected", "peer": peer, "addr": addr}:
            return [_("connected to"), peer, addr]
        case {"event": "disconnected", "peer": peer, "reason": reason}:
            return [_("no longer connected to"), peer, str(reason)]
        case {"event": "unreachable", "detail": detail}:
            return [_("{detail}; it is tried again").format(detail=detail)]
        case {"event": "synced", "peer": peer}:
            return [_("in sync with"), peer]
        case {"event": "received", "entries": int(entries)}:
            return [_("received {n_entry}").format(n_entry=quantity(entries, "entry"))]
        case {"event": "resumed", "peer": peer}:
            return [_("goes on where it was, with"), peer]
        case {"event": "left", "peer": peer, "detail": "done"}:
            return [_("has all that it wanted, and leaves:"), peer]
        case {"event": "left", "peer": peer, **more}:
            return [_("leaves:"), peer, *_details(more)]
        case {"event": "moved", "detail": account}:
            return [_("an account goes on under another key:"), account]
        case {"event": "revoked", "feed": feed}:
            return [_("ended by its account:"), feed]
        case {"event": "forked", "feed": feed}:
            return [_("two histories are known, so it is not extended:"), feed]
        case {"event": "refused", "peer": peer, **more}:
            return [_("refused what came from"), peer, *_details(more)]
        case {"event": "slow", "peer": peer}:
            return [_("slow, so another peer is asked too:"), peer]
        case {"event": "too-slow", "peer": peer}:
            return [_("too slow, so an ask is given up:"), peer]
        case {"event": "carried" | "not-carried", "peer": peer, **more}:
            return [_("hub"), peer, *_details(more), str(more.get("account", ""))]
        case {"event": "throttled", "peer": peer}:
            return [_("causes too much work, and has to wait:"), peer]
        case {"event": "guest", "account": account, "followed": followed}:
            return [
                _("took your invite, and is followed:") if followed else _("took your invite:"),
                account,
            ]
        case {"event": "reachability", "detail": detail}:
            return [detail]
        case {"event": "not-announced"}:
            return [
                _(
                    "The keys are locked, so nobody finds this home by its key: "
                    "--passphrase-file unlocks them."
                )
            ]
        case {"event": "port-taken", "port": int(port), "instead": int(instead)}:
            return [
                _(
                    "Port {port}, at which others know this node, is in use by another program: "
                    "until it stops, this node listens on {instead}. End that program and start "
                    "again."
                ).format(port=port, instead=instead)
            ]
        case {"event": "stopping"}:
            return [_("stopping")]
        case {"event": "dropped", "events": int(events)}:
            return [
                _("{n_event} left out, which came faster than they were read").format(
                    n_event=quantity(events, "event")
                )
            ]
        case _:
            details = [str(part) for key in event if key != "event" for part in (key, event[key])]
            return [str(event["event"]), *details]


def _details(more: Mapping[str, Any]) -> list[str]:
    return [str(more[key]) for key in ("detail", "feed") if more.get(key)]
