"""Exchange entries once: with a peer, or with a folder or stick that homes take turns with.

With a peer the running node does it, if there is one. A folder gets what `sayso export` writes,
your feeds and those of all whom you follow, and gives what it has of them. A stick can be pulled
out at any moment: sync again. Whoever has the folder can read what is in it.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..render.amount import size_text
from ..render.network.exchange import add_timeout, receiving

if TYPE_CHECKING:
    from sayso_node.bundle.folder.segment_reader import FolderResult

ADDRESS_BEGINS: Final = frozenset(
    {"ip4", "ip6", "ip6zone", "dns", "dns4", "dns6", "dnsaddr", "onion3", "p2p"}
)
"""First words of multiaddrs: what begins so is no path."""

GRACE = 30
"""Seconds beyond the time-out that the running node gets for dialling and answering."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "address", metavar="MADDR|DIR", help=_("as /ip4/…/tcp/…/p2p/12D3KooW…, or as /media/stick")
    )
    add_timeout(parser)


def run(context: Context) -> int:
    """Sync and print how it went."""
    folder = _folder(context.args.address)
    if folder is not None:
        return _with_folder(context, folder)
    from sayso_node.control.client import is_running

    result = _by_node(context) if is_running(context.home) else _alone(context)
    context.out.record(result)
    amounts = (result[name] for name in ("received", "sent", "bytes_in", "bytes_out", "seconds"))
    _tell_amounts(context, *amounts)
    if not result["in_sync"]:
        raise Failure(_("time was up before both sides had everything: sync again"), "timeout")
    return DONE


def _tell_amounts(
    context: Context, received: int, sent: int, bytes_in: int, bytes_out: int, seconds: float
) -> None:
    context.out.line(
        _("received {received}, sent {n_entry}").format(
            received=received, n_entry=quantity(sent, "entry")
        ),
        _("in {seconds} s").format(seconds=seconds),
        _("({size_text} in, {size_text2} out)").format(
            size_text=size_text(bytes_in), size_text2=size_text(bytes_out)
        ),
    )


# --- with a folder


def _folder(text: str) -> Path | None:
    """The folder that a text names: what is there, or is written as a path, and is no address."""
    if text.startswith("/") and text.split("/")[1] in ADDRESS_BEGINS:
        return None
    path = Path(text).expanduser()
    return path if path.is_dir() or "/" in text else None


def _with_folder(context: Context, path: Path) -> int:
    from sayso_node.bundle.folder.folder_sync import sync_folder
    from sayso_node.bundle.folder.segment_reader import FolderResult
    from sayso_node.filters.blocked import blocked_accounts

    out, result = context.out, FolderResult()
    began = time.monotonic()
    with context.store() as store:
        _make_folder(context, path)
        blocked = blocked_accounts(context.home, store)
        total = 2 * len(store.carried_accounts())
        try:
            with out.progress(_("syncing"), total, unit=_(" accounts")) as progress:
                sync_folder(store, path, result, blocked=blocked, progress=progress)
        finally:
            if result.received or result.statements:
                context.notify("all")
                context.erase(store)
            _report(context, path, result, round(time.monotonic() - began, 3))
    return DONE


def _make_folder(context: Context, path: Path) -> None:
    """Make the last part of a path, where only that is not there."""
    if path.is_dir():
        return
    try:
        path.mkdir()
    except OSError as error:
        raise Failure(
            _(
                "there is no folder {path}, and it cannot be made ({lower}): "
                "is the stick mounted? The address of a peer begins with /ip4/, /ip6/ or /dns/"
            ).format(path=path, lower=(error.strerror or "").lower()),
            "folder",
        ) from error
    context.out.note(_("Made the folder"), str(path))


def _report(context: Context, path: Path, result: FolderResult, seconds: float) -> None:
    out = context.out
    out.record(
        {
            "received": result.received,
            "sent": result.sent,
            "bytes_in": result.bytes_in,
            "bytes_out": result.bytes_out,
            "seconds": seconds,
            "in_sync": result.in_sync,
            "statements": result.statements,
            "damaged": result.damaged,
            "refused": dict(result.refused),
            "not_followed": result.not_followed,
            "folder": str(path),
        }
    )
    _tell_amounts(context, result.received, result.sent, result.bytes_in, result.bytes_out, seconds)
    if result.statements:
        out.indented(
            _("{n_statement} on feeds that have ended, moved or forked").format(
                n_statement=quantity(result.statements, "statement")
            )
        )
    if result.damaged:
        out.indented(
            _(
                "{n_file} there was damaged and is removed: whoever has the "
                "entries leaves them anew"
            ).format(n_file=quantity(result.damaged, "file"))
        )
    for reason, count in result.refused.items():
        out.indented(_("refused {count}:").format(count=count), reason)
    if result.not_followed:
        out.indented(
            _("not followed, and left there: {n_account}").format(
                n_account=quantity(result.not_followed, "account")
            )
        )


# --- with a peer


def _by_node(context: Context) -> dict[str, Any]:
    from sayso_node.control.client import request

    args = context.args
    patience = args.timeout + GRACE
    return request(
        context.home, "sync", patience=patience, address=args.address, timeout=args.timeout
    )


def _alone(context: Context) -> dict[str, Any]:
    from sayso_node.daemon.run import sync_with

    args = context.args
    with receiving(context.out) as progress:
        done = sync_with(context.home, args.address, timeout=args.timeout, progress=progress)
    with context.store() as store:
        context.erase(store)
    return dict(done)
