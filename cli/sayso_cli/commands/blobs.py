"""List the pictures and films that are here: how large, why, and which peers may have them too;
and the sealed files of private messages.

Those that somebody looked at last come first, then what is on its way or was cut off. How much is
kept, and what comes by itself, stands in media.toml of the home.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_paging
from ..render.amount import size_text
from ..render.entry.blob import show_blob


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_paging(parser)


def run(context: Context) -> int:
    """Print each, and what they take together."""
    from sayso_node.media.attached_blob import all_blobs, sealed_blobs
    from sayso_node.media.blob_store import open_blobs
    from sayso_node.media.media_file import load_media_settings
    from sayso_node.media.sealed_store import open_sealed

    blobs, sealed = open_blobs(context.home), open_sealed(context.home)
    with context.store() as store:
        found = [*all_blobs(store, blobs), *sealed_blobs(sealed)]
    context.page()
    for one in found:
        show_blob(context.out, one)
    if not found:
        context.out.note(
            _("No picture or film is here: `sayso fetch ID` brings those of an entry.")
        )
    elif not context.out.json:
        quota = load_media_settings(context.home).quota
        taken = size_text(sum(one.have for one in found))
        counted = size_text(blobs.occupied() + sealed.occupied())
        context.out.line(
            f"{quantity(len(found), 'blob')}, {taken};",
            _("{counted} of the {size_text} for what is not pinned").format(
                counted=counted, size_text=size_text(quota)
            ),
        )
    return DONE
