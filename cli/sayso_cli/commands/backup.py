"""Write everything of your own into a file: the account's key, whom you follow, your entries with
their pictures and films, and what you pinned.

With a passphrase the file is sealed. The key of this device's feed is not in it: `restore`
makes a new device, so that two devices can never write one feed. A file that is there is not
replaced.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..file_argument import output_file
from ..options import add_passphrase
from ..render.amount import size_text, written_amount

if TYPE_CHECKING:
    from pathlib import Path

    from sayso_node.backup.writer import Backup, BackupSize
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "file", metavar="FILE", help=_("the file to write, or - for standard output")
    )
    add_passphrase(parser, sets="the file")


def run(context: Context) -> int:
    """Write the backup."""
    from sayso_node.backup.writer import backup_size
    from sayso_protocol.blob.cid import cid_text, digest_of
    from sayso_protocol.crypto.keys import key_text

    out, passphrase = context.out, context.passphrase()
    with context.store() as store:
        size = backup_size(context.home, store)
        if size.blobs.held:
            out.note(
                _("{media} go into the file as well.").format(
                    media=_media(len(size.blobs.held), size.blobs.size)
                )
            )
        path, done = _write(context, store, size, passphrase)
    out.record(
        {
            "account": key_text(done.account),
            "feed": key_text(done.feed),
            "feeds": done.feeds,
            "entries": done.entries,
            "bytes": done.size,
            "blobs": done.blobs,
            "blob_bytes": done.blob_bytes,
            "damaged": [cid_text(one) for one in done.damaged],
            "file": str(path),
            "sealed": passphrase is not None,
            "key": done.has_key,
        }
    )
    out.line(written_amount(done.entries, done.feeds, done.size), str(path))
    for cid in done.damaged:
        place = context.home.blobs / digest_of(cid).hex()
        out.note(
            _("The disk has damaged {place}, which cannot be restored: remove it,").format(
                place=place
            )
        )
        out.note(
            _("then get it from another device with `sayso fetch {cid_text}`.").format(
                cid_text=cid_text(cid)
            )
        )
    if not done.has_key:
        out.note(
            _("The account's key is not on this device: to restore takes the recovery phrase.")
        )
    elif passphrase is None:
        out.note(
            _(
                "Whoever gets this file has your account: keep it safe, or lock it with "
                "--passphrase."
            )
        )
    return DONE


def _write(
    context: Context, store: Store, size: BackupSize, passphrase: bytes | None
) -> tuple[Path, Backup]:
    from sayso_node.backup.writer import write_backup

    out, home = context.out, context.home
    path, output = output_file(context.args.file, out, "backup")
    with (
        out.progress(_("backing up"), size.entries, unit=_(" entries")) as progress,
        out.progress(_("pictures and films"), size.blobs.size, unit="B") as of_blobs,
    ):
        return path, write_backup(home, store, path, passphrase, progress, output, of_blobs)


def _media(count: int, size: int) -> str:
    return f"{quantity(count, 'picture or film', 'pictures and films')}, {size_text(size)},"
