"""Ask a hub to carry the own account, or with KEY another one, where the hub is open for that.

Your node stays connected to it from then on, and asks again whenever it starts. Your posts are
there for your followers while your own node is off; each is signed, so a hub can hold one back and
cannot change any. Name two, and one may go away.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...carrier import add_carrier_arguments, named_carrier
from ...context import Context
from ...errors import DONE, Failure
from ...render.network.hub import show_answer
from ...terminal.wait_notice import waiting


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_carrier_arguments(parser, "whom to carry; else you")


def run(context: Context) -> int:
    """Ask, and keep asking."""
    from sayso_node.accounts.carriers import add_carrier
    from sayso_node.daemon.one_off.hub_request import request_of_hub

    carrier = named_carrier(context, "carry")
    add_carrier(context.home, carrier)
    with waiting(_("asking the hub")):
        answer = request_of_hub(context.home, carrier, "carry")
    context.out.record(
        {
            "hub": carrier.peer_id, "account": key_text(carrier.account),
            "carried": answer.is_carried, "code": answer.code, "detail": answer.words,
            "entries": answer.entries, "bytes": answer.size, "most": answer.most,
        }
    )  # fmt: skip
    show_answer(context.out, answer)
    if not answer.is_carried:
        raise Failure(
            _("the hub does not carry it: {words}").format(words=answer.words), "not-carried"
        )
    return DONE
