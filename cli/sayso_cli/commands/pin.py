"""Keep a picture or film for good: what is pinned is never evicted, and does not count for the
quota. With --off it may go again when room is needed.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..letters import read_letters
from ..render.entry.blob import show_blob


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("cid", metavar="CID", help=_("the content identifier (bafk… or bafy…)"))
    parser.add_argument("--off", action="store_true", help=_("take it back"))


def run(context: Context) -> int:
    """Pin, and print what is known of it."""
    from sayso_node.media.attached_blob import as_cid, look_up, look_up_sealed
    from sayso_node.media.blob_store import open_blobs
    from sayso_node.media.sealed_store import open_sealed
    from sayso_node.messages.sealed_files import kept_with

    args = context.args
    cid = as_cid(args.cid)
    if cid is None:
        raise Failure(
            _("{cid} is no content identifier: `sayso blobs` lists them").format(cid=args.cid[:80]),
            "not-found",
        )
    sealed, blobs = open_sealed(context.home), open_blobs(context.home)
    if sealed.held(cid) or read_letters(context, lambda letters: kept_with(letters, cid)):
        sealed.pin(cid, on=not args.off)
        found = look_up_sealed(sealed, cid)
    else:
        with context.store() as store:
            blobs.pin(cid, on=not args.off)
            found = look_up(store, blobs, cid)
    show_blob(context.out, found)
    if not args.off and not found.held:
        context.out.note(_("It is not here yet: `sayso fetch {cid}`").format(cid=args.cid))
    return DONE
