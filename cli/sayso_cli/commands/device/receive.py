"""Take in what another device of your account wrote with `sayso device send FEED FILE`.

What would change here is shown, and asked, before it does. Follows and petnames are added, and none
is taken away; a petname that stands for somebody here stays. Where a file of yours is replaced, the
old one is kept beside it, as filters.toml.old.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_passphrase, add_yes
from ...render.people.name import account_parts
from ...render.short import SHORT_KEY
from ...terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.backup.settings import Settings, SettingsPlan
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", metavar="FILE", help=_("what the other device wrote"))
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Show what would change, ask, and do it."""
    from sayso_node.backup.settings import apply_settings, plan, read_settings

    path, out = Path(context.args.file).expanduser(), context.out
    with context.store() as store:
        settings = read_settings(context.home, store, path, context.passphrase())
        planned = plan(context.home, store, settings)
        _show(context, settings, planned, context.names(store))
        if planned.changes:
            confirm(_("Take it in?"), yes=context.args.yes)
            apply_settings(context.home, store, settings, planned)
            context.notify("all")
        _report(context, store, settings, planned)
    out.line(_("taken in") if planned.changes else _("all of it is here already"))
    return DONE


def _show(context: Context, settings: Settings, planned: SettingsPlan, names: Names) -> None:
    from sayso_protocol.crypto.keys import key_text

    out = context.out
    if out.json:
        return
    out.heading(_("From your device"), key_text(settings.by)[:SHORT_KEY])
    for one in planned.follow:
        called = (f"@{one.petname}",) if one.petname else ()
        out.indented(_("follow"), *account_parts(names, one.account), *called)
    for one in planned.name:
        out.indented(_("call"), *account_parts(names, one.account), f"@{one.petname}")
    for one in planned.left:
        whom = account_parts(names, one.account)
        out.indented(
            _("@{petname} stays as it is here, and is not given to").format(petname=one.petname),
            *whom,
        )
    for name in planned.new_files:
        out.indented(_("new: {name}").format(name=name))
    for name in planned.replaced_files:
        out.indented(_("replaces your {name}, which is kept as {name}.old").format(name=name))


def _report(context: Context, store: Store, settings: Settings, planned: SettingsPlan) -> None:
    from sayso_protocol.crypto.keys import key_text

    context.out.record(
        {
            "feed": key_text(settings.by),
            "follows": [key_text(one.account) for one in planned.follow],
            "named": [key_text(one.account) for one in planned.name],
            "left": [key_text(one.account) for one in planned.left],
            "new_files": planned.new_files,
            "replaced_files": planned.replaced_files,
        }
    )
