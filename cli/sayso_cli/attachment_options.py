"""Options of commands that attach files, and the reading of them."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from .context import Context
from .errors import UsageError

if TYPE_CHECKING:
    from sayso_node.media.attachment_file import AttachmentFile, Attachments


def add_attachments(parser: ArgumentParser) -> None:
    """Add the options of commands whose entries may have pictures and films."""
    parser.add_argument(
        "--attach",
        metavar="FILE",
        action=_Attach,
        default=[],
        help=_("attach a picture, a film or another file; more than once for more"),
    )
    parser.add_argument(
        "--alt",
        metavar="TEXT",
        action=_Alt,
        dest="attach",
        help=_("what the file before it shows, for who cannot see it"),
    )
    add_keep_metadata(parser)


def add_keep_metadata(parser: ArgumentParser) -> None:
    """Add the option that leaves a file as it is."""
    parser.add_argument(
        "--keep-metadata",
        action="store_true",
        help=_("leave in the files where, when and with what they were taken"),
    )


@contextmanager
def attachments_of(context: Context) -> Iterator[Attachments]:
    """The attachments that `add_attachments` was given files for, for an entry that is signed
    within this block; says where words for one are missing. Raises `NodeError`, `StoreError`."""
    if not context.args.attach:
        yield ()
        return
    from sayso_node.media.attachment_file import attached

    with attached(context.home, attached_files(context)) as attachments:
        yield attachments


def attached_files(context: Context) -> list[AttachmentFile]:
    """The files that `add_attachments` was given; says where words for one are missing."""
    files = [single_file(context, path, alt) for path, alt in context.args.attach]
    bare = sum(not file.alt for file in files)
    if bare:
        context.out.note(
            _(
                "{n_attachment} without words for who cannot see it: "
                "--alt TEXT after --attach FILE says what it shows."
            ).format(n_attachment=quantity(bare, "attachment"))
        )
    return files


def single_file(context: Context, path: str, alt: str | None) -> AttachmentFile:
    """One file to be attached, and the words for it."""
    from sayso_node.media.attachment_file import AttachmentFile

    return AttachmentFile(Path(path).expanduser(), alt or "", context.args.keep_metadata)


class _Attach(Action):
    """Gathers files, each with the words that follow it."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option: Any = None
    ) -> None:
        namespace.attach = [*namespace.attach, (values, None)]


class _Alt(Action):
    """Gives words to the file before."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option: Any = None
    ) -> None:
        if not namespace.attach:
            raise UsageError(_("--alt says what a file shows: put it behind --attach FILE"))
        path, alt = namespace.attach[-1]
        if alt is not None:
            raise UsageError(_("an attachment has one --alt: put each behind its --attach FILE"))
        namespace.attach = [*namespace.attach[:-1], (path, values)]
