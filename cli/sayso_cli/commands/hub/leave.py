"""Ask a hub to let go of the own account, and do not ask it again; with KEY only the latter.

A hub that answers removes what it holds. One that does not answer keeps it; others keep what they
have in any case: what was published cannot be called back.
"""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...carrier import add_carrier_arguments, named_carrier
from ...context import Context
from ...errors import DONE, Failure
from ...render.network.hub import show_answer


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_carrier_arguments(parser, "whom it was asked for; else you")


def run(context: Context) -> int:
    """Leave the hub."""
    from sayso_node.accounts.carriers import remove_carrier
    from sayso_node.daemon.one_off.hub_request import request_of_hub

    carrier = named_carrier(context, "end")
    was_asked = remove_carrier(context.home, replace(carrier, proof=None))
    record = {"hub": carrier.peer_id, "account": key_text(carrier.account), "asked": was_asked}
    if carrier.proof is None:
        context.out.record(record)
        context.out.line(_("the hub is not asked again"))
        return DONE
    answer = request_of_hub(context.home, carrier, "end")
    context.out.record(record | {"carried": answer.is_carried, "detail": answer.words})
    show_answer(context.out, answer)
    if answer.code not in (2, 3):
        raise Failure(
            _("the hub keeps what it holds: {words}").format(words=answer.words), "still-carried"
        )
    return DONE
