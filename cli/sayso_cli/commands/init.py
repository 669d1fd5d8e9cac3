"""Make an account, this device's feed and the store.

The recovery phrase is printed once and kept nowhere: whoever has its 24 words has the
account. Write it on paper. With --phrase-file this becomes one more device of the account
that the phrase holds.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..options import add_label, add_passphrase, add_phrase
from ..render.next_steps import FIRST_STEPS, show_next
from ..render.people.device import show_what_stays
from ..terminal.output_stream import OutputError
from ..terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_node.accounts.creation import NewHome
    from sayso_node.home.directory import Home


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--name",
        metavar="NAME",
        help=_("how others see you; `sayso profile --name NAME` changes it"),
    )
    add_label(parser)
    add_phrase(parser)
    parser.add_argument(
        "--account",
        metavar="KEY",
        help=_("which of the phrase's keys is the account, where it was rotated: its full key"),
    )
    add_passphrase(parser, sets="the keys")


def run(context: Context) -> int:
    """Make the home and print what only now can be printed."""
    from sayso_node.accounts.devices.device import check_label

    label = check_label(context.args.label)
    phrase = context.phrase()
    if phrase is None:
        _new_account(context, label)
        show_next(context, *FIRST_STEPS)
    else:
        _show(context, _joined(context, phrase, label), None)
        show_next(context, *FIRST_STEPS[-2:])
    return DONE


def _show(context: Context, made: NewHome, shown: str | None) -> None:
    from sayso_protocol.crypto.keys import key_text

    account, out = key_text(made.account), context.out
    out.record(
        {
            "account": account,
            "feed": key_text(made.feed),
            "home": str(context.home.path),
            "phrase": shown,
        }
    )
    out.heading(_("Your account"))
    out.indented(Whole(account))
    out.indented(_("Others follow you by this key. Your data is in"), Whole(context.home.path))
    if shown is not None:
        _show_phrase(context, shown)
    else:
        out.indented(_("This device has a feed of its own. Its node fetches the other devices'"))
        out.indented(_("posts from your peers."))
        show_what_stays(out, key_text(made.feed), _(", once posts have come from here"))


def _new_account(context: Context, label: str) -> None:
    from sayso_node.accounts.creation import create_account
    from sayso_node.accounts.profile import check_name

    args = context.args
    if args.account is not None:
        raise UsageError(_("--account needs --phrase-file: see `sayso init --help`"))
    name = None if args.name is None else check_name(args.name)

    def show(made: NewHome, phrase: str) -> None:
        _show(context, made, phrase)
        try:
            context.out.deliver()
        except OutputError as error:
            raise Failure(
                _(
                    "the recovery phrase cannot be shown ({reason}), so no account was made: "
                    "run `sayso init` where you can read it"
                ).format(reason=error.strerror)
            ) from error

    create_account(context.home, name, context.passphrase(_nothing_is_locked), label, show)


def _nothing_is_locked(_: Home) -> bool:
    return False  # a home that has keys is refused whatever their passphrase


def _joined(context: Context, phrase: str, label: str) -> NewHome:
    from sayso_node.accounts.creation import join_account
    from sayso_protocol.crypto.keys import parse_key

    args = context.args
    if args.name is not None:
        raise UsageError(
            _("the account has a name already: `sayso profile --name NAME` changes it")
        )
    account = None if args.account is None else parse_key(args.account)
    return join_account(
        context.home, phrase, account, context.passphrase(_nothing_is_locked), label
    )


def _show_phrase(context: Context, phrase: str) -> None:
    out, words = context.out, phrase.split()
    out.heading(_("Your recovery phrase"))
    for start in range(0, len(words), 6):
        out.indented(" ".join(words[start : start + 6]))
    out.indented(_("Write it on paper now: it is shown only this once, and it is the account."))
