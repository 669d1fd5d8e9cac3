"""Inbound streams: from the first byte to the end of the handler that answers them."""

from __future__ import annotations

import logging

import trio

from ...link import SYNC_VERSIONS
from ..libp2p_imports import BaseLibp2pError
from ..limits import TransportLimits
from ..multistream import StreamPipe, answer
from ..yamux.yamux_stream import YamuxStream
from .open_connection import OpenConnection
from .protocol_table import NoStreamError, ProtocolEntry, ProtocolTable

logger = logging.getLogger(__name__)


class StreamServer:
    """Answers what stands in a `ProtocolTable`."""

    def __init__(self, table: ProtocolTable, limits: TransportLimits) -> None:
        self._table = table
        self._limits = limits

    async def serve(self, stream: YamuxStream, connection: OpenConnection) -> None:
        """Agree on a protocol on an inbound stream, then let its handler have it."""
        try:
            entry = await self._agree(stream, connection)
            if entry is not None:
                with self._table.stream(entry, connection.peer_id):
                    await entry.handler(
                        connection.link(stream, outbound=False, protocol=entry.name)
                    )
        except NoStreamError as error:
            self._refuse(stream, connection, str(error))
        except Exception as error:
            # One link's failure is this link's: a peer must not be able to stop the node.
            stream.reset("this side failed")
            if _is_the_peers(error):
                logger.debug("the link with %s broke: %r", connection.peer_id, error)
            else:
                logger.exception("the link with %s failed", connection.peer_id)
        finally:
            await stream.aclose()

    async def _agree(self, stream: YamuxStream, connection: OpenConnection) -> ProtocolEntry | None:
        """Negotiate an inbound stream; one that does not get so far is refused."""
        reason = "nothing was agreed on"
        with trio.move_on_after(self._limits.handshake_timeout):
            try:
                entry = self._table.entry(await answer(StreamPipe(stream), *self._table.names))
            except BaseLibp2pError as error:
                reason = repr(error)
            else:
                if entry.name in SYNC_VERSIONS:
                    connection.muxed.mark_served()
                return entry
        self._refuse(stream, connection, reason)
        return None

    def _refuse(self, stream: YamuxStream, connection: OpenConnection, reason: str) -> None:
        logger.debug("no link with %s: %s", connection.peer_id, reason)
        stream.reset(reason)
        connection.muxed.charge_refused_stream()


def _is_the_peers(error: Exception) -> bool:
    """Whether a handler ended because its link broke, and not by a fault of its own."""
    if isinstance(error, ExceptionGroup):
        return all(_is_the_peers(each) for each in error.exceptions)
    return isinstance(error, trio.BrokenResourceError)
