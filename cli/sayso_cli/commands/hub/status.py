"""Say how much this hub carries for others, for whom it is open, and what its quotas are."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.amount import size_text
from ...render.network.hub import openness_words

if TYPE_CHECKING:
    from sayso_node.hub.media_store import MediaStore
    from sayso_storage.interface.store import Engine


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print the status."""
    from sayso_node.hub.accounts import hub_status
    from sayso_node.hub.file import load_settings

    with context.store() as store:
        found = hub_status(context.home, store, load_settings(context.home))
    record = found.as_json()
    context.out.record(record)
    out, quota = context.out, found.settings.quota
    entries, size = (sum(getattr(one, name) for one in found.carried) for name in _COUNTED)
    out.line(
        _("carried for others: {n_account},").format(
            n_account=quantity(len(found.carried), "account")
        ),
        f"{quantity(entries, 'entry')}, {size_text(size)}",
    )
    out.indented(openness_words(found.settings))
    out.indented(
        _("quota beside those that you list: {n_account},").format(
            n_account=quantity(quota.accounts, "account")
        ),
        _("{size_text} in all, {size_text2} an account").format(
            size_text=size_text(quota.bytes), size_text2=size_text(quota.account_bytes)
        ),
    )
    out.indented(_("kept by {engine}").format(engine=_engine_words(found.engine)))
    if found.media is not None:
        _show_media(context, found.media)
    full = sum(not one.grows for one in found.carried)
    if full:
        out.indented(
            _("{n_account} of these take no more: `sayso hub accounts`").format(
                n_account=quantity(full, "account")
            )
        )
    return DONE


def _show_media(context: Context, media: MediaStore) -> None:
    out = context.out
    if media.trouble is not None:
        out.indented(_("media: {trouble}").format(trouble=media.trouble))
        return
    out.indented(_("media in {place}").format(place=media.place))
    if media.damaged:
        out.indented(
            _("{n_blob} there with other bytes, given to nobody: `sayso fetch CID`").format(
                n_blob=quantity(len(media.damaged), "picture or film", "pictures and films")
            )
        )


def _engine_words(engine: Engine) -> str:
    words = _ENGINES.get(engine.name, engine.name)
    if engine.distributed:
        words = _("{engine}, spread over several servers").format(engine=words)
    if engine.front_ends > 1:
        nodes = quantity(engine.front_ends, "node")
        words = _("{engine}, with {n_node} on it").format(engine=words, n_node=nodes)
    return words


_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

_COUNTED = ("entries", "bytes")
