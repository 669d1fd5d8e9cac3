"""Ask the domain that an account's profile names whether it names the account in turn.

This is the only time that anybody is asked: the site is told that somebody wonders about it, and
over the proxy of this home, where it has one, not who. The answer is kept with its date, and
`sayso profile KEY` shows it. Who has the domain lets its site name the account with a file:
`sayso verify-name --file` prints it for your own.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, FAILED, UsageError
from ..render.people.domain import show_domain
from ..render.people.name import account_parts
from ..terminal.wait_notice import waiting


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "key", metavar="KEY", nargs="?", help=_("a key, did:key, invite link or @petname")
    )
    parser.add_argument(
        "--file", action="store_true", help=_("print the file that your own site has to have")
    )


def run(context: Context) -> int:
    """Print what the domain says; ends with 1 where it names another account, or none."""
    args = context.args
    if (args.key is None) != args.file:
        raise UsageError(_("give a KEY, or --file (see `sayso verify-name --help`)"))
    return _print_file(context) if args.file else _ask(context)


def _ask(context: Context) -> int:
    from sayso_node.accounts.lookup import known_account
    from sayso_node.daemon.one_off.domain_question import ask_domain
    from sayso_protocol.crypto.keys import key_text

    with context.store() as store:
        account = known_account(store, context.args.key)
        with waiting(_("asking the domain")):
            check = ask_domain(context.home, store, account)
        names = context.names(store)
        context.out.record({"account": key_text(account), **check.as_json()})
        context.out.line(*account_parts(names, account))
        show_domain(context.out, check.domain, check)
    return DONE if check.names else FAILED


def _print_file(context: Context) -> int:
    from json import dumps

    from sayso_node.accounts.lineage import own_account
    from sayso_protocol.crypto.keys import key_text
    from sayso_protocol.discovery.domain_proof import SITE_PATH

    with context.store() as store:
        key = key_text(own_account(store))
    context.out.record({"path": SITE_PATH, "accounts": [key]})
    if not context.out.json:
        print(dumps({"accounts": [key]}))
        context.out.note(_("Put this at https://DOMAIN{path} on your site.").format(path=SITE_PATH))
    return DONE
