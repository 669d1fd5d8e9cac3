"""The look of a blob and of attachments to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...terminal.output import Output
from ..amount import size_text
from ..short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.media.attached_blob import AttachedBlob

_BECAUSE = {
    "own": "you attached it",
    "pinned": "pinned",
    "attached": "an entry here attaches it",
    "unnamed": "no entry here attaches it",
}


def show_blob(out: Output, blob: AttachedBlob) -> None:
    """Print a blob: what it is, why it is here, who may have it."""
    record = blob.as_json()
    out.record(record)
    if out.json:
        return
    size = "of a size that is not known" if blob.size is None else size_text(blob.size)
    out.heading(str(record["cid"]), blob.type or "", size)
    out.indented(_state(blob), "·", _BECAUSE[blob.because])
    if blob.entries:
        ids = [one.hex()[:SHORT_ID] for one in blob.entries[:4]]
        out.indented(_("attached by"), *ids)
    if blob.holders:
        out.indented(_("{n_peer} may have it").format(n_peer=quantity(len(blob.holders), "peer")))


def _state(blob: AttachedBlob) -> str:
    if blob.held:
        return "here, and stays" if blob.pinned else "here"
    if blob.have:
        return f"{size_text(blob.have)} of it came: `sayso fetch {cid_text(blob.cid)}` goes on"
    return "not here"
