"""The words for how others reach a home, for people; programs are told them in English."""

from __future__ import annotations

from sayso_protocol.translation import pgettext


def reach_word(state: str) -> str:
    """The word for a state of `reachability`; one that is not known stays as it is."""
    words = {
        "open": pgettext("reachability", "open"),
        "mapped": pgettext("reachability", "mapped"),
        "punched": pgettext("reachability", "punched"),
        "relayed": pgettext("reachability", "relayed"),
        "closed": pgettext("reachability", "closed"),
        "unknown": pgettext("reachability", "unknown"),
    }
    return words.get(state, state)
