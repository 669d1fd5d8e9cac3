"""Look at keys, store, disk, clock and network, and say how to mend what is wrong.

Works with the node running and with it stopped; its network is looked at while it runs. Every
stored entry is looked at by `sayso verify`. Exit code 1 where something has to be mended.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..options import add_passphrase
from ..render.diagnosis import show_diagnosis
from ..terminal.wait_notice import waiting


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_passphrase(parser)


def run(context: Context) -> int:
    """Print a line for each thing that was looked at."""
    from sayso_node.doctor.examination import examine

    passphrase = context.passphrase(lambda _: False)  # nobody is asked for one
    wrong = 0
    found = iter(examine(context.home, passphrase))
    while True:
        with waiting("looking"):
            diagnosis = next(found, None)
        if diagnosis is None:
            break
        context.out.record(diagnosis.as_json())
        show_diagnosis(context.out, diagnosis)
        wrong += not diagnosis.ok
    if wrong:
        raise Failure(
            _("{n_thing} to mend: what to do stands behind each").format(
                n_thing=quantity(wrong, "thing")
            ),
            "unwell",
        )
    return DONE
