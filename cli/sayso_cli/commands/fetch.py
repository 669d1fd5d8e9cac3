"""Fetch the pictures and films of an entry, or one by its content identifier; or what is attached
to a private message or to a post in a closed group.

They come from the peers that brought the entry, or that carry its account, from several at once;
each part is checked before it counts, and what was cut off goes on where it stopped. With --to
the bytes go to a file, or with - to standard output while they arrive: a film plays meanwhile.

What is private comes sealed, from the nodes of whoever wrote it or, in a group, of a member that
has it, and is opened only where it is written with --to.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..file_argument import STDIO, output_file
from ..options import add_passphrase, number
from ..render.entry.blob import show_blob
from ..render.people.message import show_file
from ..wanted_blob import Opener, Wanted, WantedBlob, find_wanted

if TYPE_CHECKING:
    from sayso_protocol.private.contents.message_file import MessageFile
    from sayso_storage.interface.store import Store

NEAR = 30.0
"""Seconds that the running node may take for one word; it gives one each second."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "id", metavar="ID|CID", help=_("an entry or a message, or a content identifier (bafk…)")
    )
    parser.add_argument(
        "--to",
        metavar="FILE|-",
        help=_("write the bytes to this new file, or - for standard output as they arrive"),
    )
    parser.add_argument(
        "--number", metavar="N", type=number, help=_("only this one of several, counted from 1")
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Fetch, and print what is here then."""
    args = context.args
    with context.store() as store:
        wanted = find_wanted(context, store, args.id, args.number)
        if args.to is None:
            _fetch_all(context, wanted.blobs)
        elif max(len(wanted.blobs), len(wanted.files)) > 1:
            raise UsageError(_("there is more than one attachment: choose one with --number"))
        elif args.to == STDIO:
            _name, output = output_file(STDIO, context.out, "bytes")
            assert output is not None
            _deliver(context, wanted, output)
        else:
            _save(context, wanted, Path(args.to).expanduser())
        if args.to != STDIO:  # standard output has the bytes
            _report(context, store, wanted)
    return DONE


def _report(context: Context, store: Store, wanted: Wanted) -> None:
    from sayso_node.media.attached_blob import look_up
    from sayso_node.media.blob_store import open_blobs
    from sayso_node.media.sealed_store import file_json, held_among, is_held, open_sealed

    private = wanted.private
    if private is None:
        blobs = open_blobs(context.home)
        for one in wanted.blobs:
            show_blob(context.out, look_up(store, blobs, one.cid))
        return
    held = held_among(open_sealed(context.home), wanted.files)
    for place, file in enumerate(private.files, 1):
        if file in wanted.files:
            context.out.record({private.kind: private.id, **file_json(file, held)})
            show_file(context.out, place, file, is_held=is_held(file, held))


# --- fetching


def _fetch_all(context: Context, wanted: Sequence[WantedBlob]) -> None:
    missing = [one for one in wanted if not _touch(context, one)]
    if missing:
        with _progress(context) as told:
            _fetch(context, missing, told)


def _touch(context: Context, wanted: WantedBlob) -> bool:
    """Whether it is here; then somebody looks at it now."""
    from sayso_node.clock import now_ms

    reader = wanted.blobs(context).open(wanted.cid, now_ms())
    if reader is None:
        return False
    reader.close()
    return True


def _fetch(
    context: Context,
    wanted: Sequence[WantedBlob],
    told: Callable[[Mapping[str, Any]], None],
) -> None:
    """Fetch by the running node, or alone; raises `Failure` where one did not come."""
    from sayso_node.control.client import is_running

    failed: list[str] = []

    def hear(found: Mapping[str, Any]) -> None:
        told(found)
        if found["ended"] and not found["held"]:
            failed.append(str(found["failure"] or _("it did not come: try again later")))

    if is_running(context.home):
        for one in wanted:
            _by_node(context, one, hear)
    else:
        from sayso_node.daemon.one_off.blob_fetch import fetch_alone

        fetch_alone(context.home, {one.cid: one.request() for one in wanted}, hear)
    if failed:
        raise Failure("; ".join(dict.fromkeys(failed)), "not-fetched")


def _by_node(
    context: Context, wanted: WantedBlob, told: Callable[[Mapping[str, Any]], None]
) -> None:
    from sayso_node.control.client import request
    from sayso_protocol.blob.cid import cid_text

    cid, sealed = cid_text(wanted.cid), wanted.request()
    found = request(context.home, "fetch", patience=NEAR, cid=cid, start=True, sealed=sealed)
    told({**found, "cid": cid})
    while not found["ended"]:
        seen = found["in_order"]
        found = request(context.home, "fetch", patience=NEAR, cid=cid, seen=seen)
        told({**found, "cid": cid})


@contextmanager
def _progress(context: Context) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Show how many bytes are here, of how many, from how many peers."""
    with ExitStack() as stack:
        shown: dict[str, tuple[Callable[[int], None], int]] = {}

        def told(found: Mapping[str, Any]) -> None:
            cid, have = str(found["cid"]), int(found["have"])
            if found["size"] is None:
                return
            if cid not in shown:
                stack.close()
                bar = context.out.progress(_("fetching"), int(found["size"]), unit="B")
                shown[cid] = stack.enter_context(bar), 0
            advance, before = shown[cid]
            advance(have - before)
            shown[cid] = advance, have

        yield told


# --- giving the bytes away


def _save(context: Context, wanted: Wanted, path: Path) -> None:
    """Write all of it to a new file."""
    from sayso_node.home.atomic_file import new_file

    _fetch_all(context, wanted.blobs)
    try:
        with new_file(path, mode=0o666, replace=False) as file:
            _copy(context, wanted, file)
    except FileExistsError as error:
        raise Failure(
            _("{path} is there already: name another file").format(path=path), "exists"
        ) from error
    except OSError as error:
        raise Failure(
            _("cannot write {path}: {reason}").format(path=path, reason=error.strerror), "file"
        ) from error


def _deliver(context: Context, wanted: Wanted, output: BinaryIO) -> None:
    """Write the bytes in order, each as soon as it is verified."""
    if all(_touch(context, one) for one in wanted.blobs):
        _copy(context, wanted, output)
        output.flush()
        return
    from sayso_node.media.arriving_file import ArrivingFile

    [one] = wanted.blobs
    arriving = ArrivingFile(context.home, one.cid, is_sealed=one.sealed is not None)
    with _opened(one) as opener:
        try:
            with _progress(context) as shown:

                def told(found: Mapping[str, Any]) -> None:
                    shown(found)
                    while data := arriving.read_up_to(int(found["in_order"])):
                        output.write(opener.feed(data))
                    output.flush()

                _fetch(context, [one], told)
        finally:
            arriving.close()


def _copy(context: Context, wanted: Wanted, output: BinaryIO) -> None:
    """Write the one that is meant, which is here."""
    for file in wanted.files:
        if (within := _data_of(file)) is not None:
            output.write(within)
    for one in wanted.blobs:
        reader = one.blobs(context).open(one.cid)
        if reader is None:
            raise Failure(_("it went away again: fetch it once more"), "not-fetched")
        try:
            with _opened(one) as opener:
                at = 0
                while data := reader.read(at, 1 << 20):
                    output.write(opener.feed(data))
                    at += len(data)
        finally:
            reader.close()


def _data_of(file: MessageFile) -> bytes | None:
    """The bytes of a file that lie in its message."""
    from sayso_protocol.private.contents.message_file import FileWithin

    return file.data if isinstance(file, FileWithin) else None


@contextmanager
def _opened(wanted: WantedBlob) -> Iterator[Opener]:
    """What opens a blob; at the end all of it has come. Raises `Failure`."""
    from sayso_protocol.errors import BadSignature

    opener = wanted.opener()
    try:
        yield opener
        opener.finish()
    except BadSignature as error:
        raise Failure(
            _("this is not the file that the message names: ask whoever wrote it to send it again"),
            "not-fetched",
        ) from error
