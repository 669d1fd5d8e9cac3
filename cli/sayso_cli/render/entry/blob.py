"""The look of a blob and of attachments to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ..amount import size_text
from ..short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.media.attached_blob import AttachedBlob

_BECAUSE = {
    "own": mark("you attached it"),
    "pinned": mark("pinned"),
    "attached": mark("an entry here attaches it"),
    "sealed": mark("sealed: of a private message"),
    "unnamed": mark("no entry here attaches it"),
}


def show_blob(out: Output, blob: AttachedBlob) -> None:
    """Print a blob: what it is, why it is here, who may have it."""
    record = blob.as_json()
    out.record(record)
    if out.json:
        return
    size = _("of a size that is not known") if blob.size is None else size_text(blob.size)
    out.heading(str(record["cid"]), blob.type or "", size)
    out.indented(_state(blob), "·", _(_BECAUSE[blob.because]))
    if blob.entries:
        ids = [one.hex()[:SHORT_ID] for one in blob.entries[:4]]
        out.indented(_("attached by"), *ids)
    if blob.holders:
        out.indented(_("{n_peer} may have it").format(n_peer=quantity(len(blob.holders), "peer")))


def _state(blob: AttachedBlob) -> str:
    if blob.held:
        return _("here, and stays") if blob.pinned else _("here")
    if blob.have:
        return _("{size_text} of it came: `sayso fetch {cid_text}` goes on").format(
            size_text=size_text(blob.have), cid_text=cid_text(blob.cid)
        )
    return _("not here")
