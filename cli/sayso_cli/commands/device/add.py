"""Let a new device into the account, so that the recovery phrase stays in its drawer.

On the new device `sayso device add --request` prints a request; on a device that holds the
account's key `sayso device add REQUEST` prints the answer; on the new device `sayso device add
--answer ANSWER` makes its home. Nothing in request and answer is secret, but compare the
fingerprints on both screens. REQUEST and ANSWER of - are read from standard input; spaces and
line breaks in them do no harm. The label is written into the device's feed, for all to see.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _, mark

from ...context import Context
from ...errors import DONE, UsageError
from ...options import add_label, add_passphrase, add_yes
from ...render.next_steps import show_next
from ...render.people.device import show_what_stays
from ...render.short import SHORT_KEY
from ...secret_input import STDIN, whole_text
from ...terminal.own_text import Whole
from ...terminal.prompt import confirm

MAX_INPUT = 4096
"""Bytes read from standard input: more than a request or an answer may have."""

STEPS = (
    mark("1. On the new device:  `sayso device add --request`"),
    mark("2. Here, with the line that it prints:  `sayso device add REQUEST`"),
    mark(
        "3. On the new device, with the line that this prints:  `sayso device add --answer ANSWER`"
    ),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "request", metavar="REQUEST", nargs="*", help=_("what the new device printed")
    )
    parser.add_argument(
        "--request", dest="ask", action="store_true", help=_("on the new device: ask")
    )
    parser.add_argument(
        "--answer", metavar="ANSWER", nargs="+", help=_("on the new device: finish")
    )
    add_label(parser)
    add_yes(parser)
    add_passphrase(parser, sets="the new device's keys")


def run(context: Context) -> int:
    """Do one of the three steps, or tell them."""
    args = context.args
    if sum(map(bool, (args.request, args.ask, args.answer))) > 1:
        raise UsageError(_("one step at a time: see `sayso device add --help`"))
    if args.ask:
        return _ask(context)
    if args.answer:
        return _settle_in(context, _text(args.answer))
    if args.request:
        return _let_in(context, _text(args.request))
    return _explain(context)


def _ask(context: Context) -> int:
    from sayso_node.accounts.devices.enrolment import request_enrolment
    from sayso_protocol.accounts.enrolment import fingerprint
    from sayso_protocol.crypto.keys import key_text

    asked = request_enrolment(context.home, context.args.label, context.passphrase())
    out, shown = context.out, fingerprint(asked.feed)
    out.record({"feed": key_text(asked.feed), "fingerprint": shown, "request": asked.text})
    out.note(
        _("Give this line to the device that holds the account, as `sayso device add REQUEST`:")
    )
    out.line(Whole(asked.text))
    out.note(_("It must show the fingerprint  {mark}").format(mark=shown))
    out.deliver()  # it can be asked for again
    return DONE


def _let_in(context: Context, text: str) -> int:
    from sayso_node.accounts.devices.enrolment import approve, parse_request
    from sayso_protocol.accounts.enrolment import fingerprint
    from sayso_protocol.crypto.keys import key_text

    args, out = context.args, context.out
    request = parse_request(text)
    label = request.device if args.label is None else args.label
    shown = fingerprint(request.feed)
    out.note(_("This device will be able to post in your name: {mark}").format(mark=shown), label)
    out.note(_("The new device must show the same fingerprint."))
    confirm(_("Is it the same?"), yes=args.yes)
    with context.store() as store:
        answer = approve(context.home, store, request, args.label, context.passphrase())
    out.record(
        {
            "feed": key_text(request.feed),
            "label": label or None,
            "since": None,
            "revoked": None,
            "fingerprint": shown,
            "answer": answer,
        }
    )
    out.note(_("Give this line to the new device, as `sayso device add --answer ANSWER`:"))
    out.line(Whole(answer))
    out.note(_("Whom you follow, petnames, rules and views do not come along. To bring them:"))
    out.note(_("`sayso device send {feed} FILE`").format(feed=key_text(request.feed)[:SHORT_KEY]))
    out.deliver()  # it can be had again
    return DONE


def _settle_in(context: Context, text: str) -> int:
    from sayso_node.accounts.devices.enrolment import complete
    from sayso_protocol.crypto.keys import key_text

    made = complete(context.home, text, context.passphrase())
    account, feed, out = key_text(made.account), key_text(made.feed), context.out
    out.record({"account": account, "feed": feed, "home": str(context.home.path)})
    out.heading(_("This is a device of"))
    out.indented(Whole(account))
    show_what_stays(out, feed)
    connects = mark("connects it to a peer; the rest comes by itself")
    show_next(context, ("run --peer MADDR", connects))
    return DONE


def _explain(context: Context) -> int:
    with context.store():
        pass  # only where there is an account is it a device that can be added to
    context.out.record({"steps": [_(step) for step in STEPS]})
    for step in STEPS:
        context.out.line(_(step))
    return DONE


def _text(words: list[str]) -> str:
    if words == [STDIN]:
        return whole_text(STDIN, "line", MAX_INPUT, _("Paste the line"))
    return " ".join(words)
