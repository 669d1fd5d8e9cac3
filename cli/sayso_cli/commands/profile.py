"""Show an account's profile, or with --name, --bio, --picture or --carrier set the own one.

A carrier is a hub's public address. It stands in your profile, where all who read you see it, for
ever, so that your followers find your posts there; your own home's address never belongs there.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..attachment_options import add_keep_metadata, single_file
from ..context import Context
from ..errors import DONE, UsageError
from ..options import add_signing
from ..render.amount import size_text
from ..render.people.domain import show_domain
from ..render.people.name import is_known, name_text, own_words, styled_recognition
from ..terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", nargs="?", help=_("whose profile; else the own one"))
    parser.add_argument("--name", metavar="NAME", help=_("set the own name; '' takes it away"))
    parser.add_argument("--bio", metavar="TEXT", help=_("set the own biography; '' takes it away"))
    parser.add_argument(
        "--picture", metavar="FILE", help=_("set the own picture; '' takes it away")
    )
    parser.add_argument("--alt", metavar="TEXT", help=_("what the picture shows"))
    add_keep_metadata(parser)
    parser.add_argument(
        "--carrier",
        metavar="ADDR",
        action="append",
        help=_("a hub that carries you, for all to see; more than once for more, '' for none"),
    )
    parser.add_argument(
        "--domain",
        metavar="DOMAIN",
        help=_(
            "a domain of yours that names you in turn (`sayso verify-name --help`); '' for none"
        ),
    )
    add_signing(parser)


def run(context: Context) -> int:
    """Set what is to be set, and print the profile."""
    from sayso_node.accounts.domain_checks import domain_check
    from sayso_node.accounts.holdings import account_profile
    from sayso_node.accounts.lineage import own_account, own_accounts
    from sayso_node.accounts.lookup import known_account
    from sayso_node.accounts.names import Name
    from sayso_node.accounts.recognition import NOTHING
    from sayso_protocol.crypto.keys import key_text

    args = context.args
    with context.store() as store:
        own = own_account(store)
        account = own if args.key is None else known_account(store, args.key)
        new = (args.name, args.bio, args.carrier, args.picture, args.domain)
        if any(one is not None for one in new):
            if account != own:
                raise UsageError(
                    _(
                        "only the own profile can be set; `sayso follow KEY --name PET` sets a "
                        "petname"
                    )
                )
            _set(context, store)
        found = account_profile(store, account)
        is_own = account in own_accounts(store)
        recognition = NOTHING if is_own else context.names(store).recognition(account)
    check = domain_check(context.home, account, found.profile.domain)
    name = Name(found.petname, found.profile.name, found.profile.bio, is_own, recognition)
    checked = {"domain_check": None if check is None else check.as_json()}
    context.out.record(found.as_json() | name.recognition_json() | checked)
    shown = context.out.style.name if is_known(name) else str
    context.out.line(shown(name_text(name)), Whole(key_text(found.account)))
    if found.petname and found.profile.name:
        context.out.indented(_("it calls itself"), own_words(found.profile.name))
    beside = styled_recognition(context.out, name)
    if beside:
        context.out.indented(*beside)
    if found.profile.domain:
        show_domain(context.out, found.profile.domain, check)
    if found.moved_to is not None:
        context.out.indented(_("goes on under another key:"), Whole(key_text(found.moved_to)))
    if found.profile.bio:
        context.out.paragraph(found.profile.bio)
    if found.profile.picture is not None:
        picture = found.profile.picture
        context.out.indented(_("picture:"), picture.type, size_text(picture.size), picture.alt)
    for carrier in found.profile.carriers:
        context.out.indented(_("carried by"), carrier)
    context.out.indented(_("feeds: {feeds}").format(feeds=len(found.feeds)))
    return DONE


def _set(context: Context, store: Store) -> None:
    from sayso_node.accounts.profile import check_name
    from sayso_node.compose.profile import set_profile
    from sayso_node.knocks.publication import prices_to_publish
    from sayso_node.media.attachment_file import PICTURES, attached

    args = context.args
    name = check_name(args.name) if args.name else args.name
    carriers = None if args.carrier is None else _checked_carriers(context)
    if args.alt is not None and not args.picture:
        raise UsageError(_("--alt says what a picture shows: name it with --picture FILE"))
    files = [single_file(context, args.picture, args.alt)] if args.picture else []
    prices = prices_to_publish(context.home, store)
    with attached(context.home, files, PICTURES) as made:
        picture = made[0] if made else args.picture
        author = context.author(store)
        set_profile(store, author, name, args.bio, carriers, picture, prices, args.domain)
    for address in carriers or ():
        _ask(context, store, address)
    context.notify("entries")


def _checked_carriers(context: Context) -> list[str]:
    from sayso_node.accounts.carriers import check_carrier

    return [check_carrier(context.home, one) for one in context.args.carrier if one]


def _ask(context: Context, store: Store, address: str) -> None:
    """Let the running node ask the hub, now and whenever it starts."""
    from sayso_node.accounts.carriers import add_carrier, own_carrier

    add_carrier(context.home, own_carrier(context.home, store, address, context.passphrase()))
