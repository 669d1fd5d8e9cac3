"""Write everything of your own into a file: the account's key, whom you follow, and your
entries.

With a passphrase the file is sealed. The key of this device's feed is not in it: `restore`
makes a new device, so that two devices can never write one feed. A file that is there is not
replaced.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..file_argument import output_file
from ..options import add_passphrase


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", metavar="FILE", help="the file to write, or - for standard output")
    add_passphrase(parser)


def run(context: Context) -> int:
    """Write the backup."""
    from sayso_node.backup.writer import own_feeds, write_backup
    from sayso_protocol.crypto.keys import key_text

    out, passphrase = context.out, context.passphrase()
    path, output = output_file(context.args.file, out, "backup")
    with context.store() as store:
        total = sum(state.count for state in own_feeds(store))
        with out.progress("backing up", total, unit=" entries") as progress:
            done = write_backup(context.home, store, path, passphrase, progress, output)
    out.record(
        {
            "account": key_text(done.account),
            "feed": key_text(done.feed),
            "feeds": done.feeds,
            "entries": done.entries,
            "bytes": done.size,
            "file": str(path),
            "sealed": passphrase is not None,
            "key": done.has_key,
        }
    )
    out.line(f"{done.entries} entries of {done.feeds} feeds, {done.size} bytes, in", str(path))
    if not done.has_key:
        out.note("The account's key is not on this device: to restore takes the recovery phrase.")
    elif passphrase is None:
        out.note("Whoever gets this file has your account: keep it safe, or seal it with")
        out.note("--passphrase-file.")
    return DONE
