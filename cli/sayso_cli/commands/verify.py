"""Check every stored entry again, from its bytes: signatures, links, bodies, indexes."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, ngettext

from ..context import Context
from ..errors import DONE, Failure
from ..letters import read_letters
from ..render.people.name import with_names
from ..terminal.output_stream import Progress

MAX_SHOWN = 20
"""Errors printed for people; with --json all of them come."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", nargs="?", help=_("only the feeds of this account"))


def run(context: Context) -> int:
    """Check, and print what was found."""
    from sayso_node.accounts.lookup import known_account

    args, out = context.args, context.out
    with context.store() as store:
        account = None if args.key is None else known_account(store, args.key)
        with out.progress(_("checking"), store.counts().entries, unit=_(" entries")) as progress:
            result = store.check(account, _differences(progress))
        if result.words_damaged:
            store.forget_words()
        names = context.names(store)
        errors = [with_names(error, names) for error in result.errors[:MAX_SHOWN]]
    letters = None if account else read_letters(context, lambda records: records.damaged())
    out.record(
        {
            "feeds": result.feeds,
            "entries": result.entries,
            "errors": len(result.errors),
            "reasons": list(result.errors),
            "letters_damaged": letters,
        }
    )
    out.line(
        _("{n_entry} of {n_feed}, {n_error}").format(
            n_entry=quantity(result.entries, "entry"),
            n_feed=quantity(result.feeds, "feed"),
            n_error=quantity(len(result.errors), "error"),
        )
    )
    for error in errors:
        out.indented(error)
    if result.words_damaged and len(result.errors) == 1:
        raise Failure(
            _(
                "only the index of words was damaged: nothing is lost, the next search makes it "
                "anew"
            ),
            "index-damaged",
        )
    if result.errors:
        raise Failure(
            _(
                "the store is damaged: run the node, which fetches damaged entries again from "
                "peers "
                "that have them; what stays damaged after that takes a backup"
            ),
            "store-damaged",
        )
    if letters:
        raise _damaged_letters(letters)
    return DONE


def _damaged_letters(count: int) -> Failure:
    from sayso_node.doctor.letters import advice

    what = ngettext(
        "{n} record of letters cannot be read", "{n} records of letters cannot be read", count
    ).format(n=count)
    return Failure(f"{what}: {advice()}", "letters-damaged")


def _differences(advance: Progress) -> Callable[[int], None]:
    """The function that takes the number done so far, and passes on how much that is more."""
    before = 0

    def done(count: int) -> None:
        nonlocal before
        advance(count - before)
        before = count

    return done
