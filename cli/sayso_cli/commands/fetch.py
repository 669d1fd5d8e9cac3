"""Fetch the pictures and films of an entry, or one by its content identifier.

They come from the peers that brought the entry, or that carry its account, from several at once;
each part is checked before it counts, and what was cut off goes on where it stopped. With --to
the bytes go to a file, or with - to standard output while they arrive: a film plays meanwhile.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..file_argument import STDIO, output_file
from ..render.entry.blob import show_blob

if TYPE_CHECKING:
    from sayso_node.media.attached_blob import AttachedBlob
    from sayso_storage.interface.store import Store

NEAR = 30.0
"""Seconds that the running node may take for one word; it gives one each second."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID|CID", help=_("an entry, or a content identifier (bafk…)"))
    parser.add_argument(
        "--to",
        metavar="FILE|-",
        help=_("write the bytes to this new file, or - for standard output as they arrive"),
    )


def run(context: Context) -> int:
    """Fetch, and print what is here then."""
    with context.store() as store:
        cids = _named(store, context.args.id)
        if context.args.to is None:
            _fetch_all(context, cids)
        elif len(cids) > 1:
            raise UsageError(
                _(
                    "there is more than one attachment: name the CID of one; `sayso show ID` has "
                    "them"
                )
            )
        elif context.args.to == STDIO:
            _name, output = output_file(STDIO, context.out, "bytes")
            assert output is not None
            _deliver(context, cids[0], output)
        else:
            _save(context, cids[0], Path(context.args.to).expanduser())
        _report(context, store, cids)
    return DONE


def _named(store: Store, text: str) -> list[bytes]:
    """The blobs that are meant. Raises `Failure`, `NodeError`."""
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.media.attached_blob import as_cid, attachments_in

    cid = as_cid(text)
    if cid is not None:
        return [cid]
    entry = find_entry(store, text)
    cids = list(dict.fromkeys(one.cid for one in attachments_in(entry)))
    if not cids:
        raise Failure(_("nothing is attached to this entry"), "not-found")
    return cids


def _report(context: Context, store: Store, cids: list[bytes]) -> None:
    from sayso_node.media.attached_blob import look_up
    from sayso_node.media.blob_store import open_blobs

    blobs = open_blobs(context.home)
    for cid in cids:
        _show(context, look_up(store, blobs, cid))


def _show(context: Context, blob: AttachedBlob) -> None:
    if context.args.to == STDIO:
        return  # standard output has the bytes
    show_blob(context.out, blob)


# --- fetching


def _fetch_all(context: Context, cids: list[bytes]) -> None:
    missing = [cid for cid in cids if not _touch(context, cid)]
    if missing:
        with _progress(context) as told:
            _fetch(context, missing, told)


def _touch(context: Context, cid: bytes) -> bool:
    """Whether it is here; then somebody looks at it now."""
    from sayso_node.clock import now_ms
    from sayso_node.media.blob_store import open_blobs

    reader = open_blobs(context.home).open(cid, now_ms())
    if reader is None:
        return False
    reader.close()
    return True


def _fetch(context: Context, cids: list[bytes], told: Callable[[Mapping[str, Any]], None]) -> None:
    """Fetch by the running node, or alone; raises `Failure` where one did not come."""
    from sayso_node.control.client import is_running

    failed: list[str] = []

    def hear(found: Mapping[str, Any]) -> None:
        told(found)
        if found["ended"] and not found["held"]:
            failed.append(str(found["failure"] or _("it did not come: try again later")))

    if is_running(context.home):
        _by_node(context, cids, hear)
    else:
        from sayso_node.daemon.one_off.blob_fetch import fetch_alone

        fetch_alone(context.home, cids, hear)
    if failed:
        raise Failure("; ".join(dict.fromkeys(failed)), "not-fetched")


def _by_node(
    context: Context, cids: list[bytes], told: Callable[[Mapping[str, Any]], None]
) -> None:
    from sayso_node.control.client import request
    from sayso_protocol.blob.cid import cid_text

    for cid in map(cid_text, cids):
        found = request(context.home, "fetch", patience=NEAR, cid=cid, start=True)
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


def _save(context: Context, cid: bytes, path: Path) -> None:
    """Write all of it to a new file."""
    from sayso_node.home.atomic_file import new_file

    _fetch_all(context, [cid])
    try:
        with new_file(path, mode=0o666, replace=False) as file:
            _copy(context, cid, file)
    except FileExistsError as error:
        raise Failure(
            _("{path} is there already: name another file").format(path=path), "exists"
        ) from error
    except OSError as error:
        raise Failure(
            _("cannot write {path}: {reason}").format(path=path, reason=error.strerror), "file"
        ) from error


def _deliver(context: Context, cid: bytes, output: BinaryIO) -> None:
    """Write the bytes in order, each as soon as it is verified."""
    from sayso_node.media.arriving_file import ArrivingFile

    if _touch(context, cid):
        _copy(context, cid, output)
        output.flush()
        return
    arriving = ArrivingFile(context.home, cid)
    try:
        with _progress(context) as shown:

            def told(found: Mapping[str, Any]) -> None:
                shown(found)
                while data := arriving.read_up_to(int(found["in_order"])):
                    output.write(data)
                output.flush()

            _fetch(context, [cid], told)
    finally:
        arriving.close()


def _copy(context: Context, cid: bytes, output: BinaryIO) -> None:
    from sayso_node.media.blob_store import open_blobs

    reader = open_blobs(context.home).open(cid)
    if reader is None:
        raise Failure(_("it went away again: fetch it once more"), "not-fetched")
    try:
        at = 0
        while data := reader.read(at, 1 << 20):
            output.write(data)
            at += len(data)
    finally:
        reader.close()
