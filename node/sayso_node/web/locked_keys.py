"""What the page says where the keys are locked: it has no terminal at which to type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sayso_protocol.translation import _, mark

from ..errors import KeystoreLocked

LOCKED: Final = mark(
    "The node was started without the passphrase of your keys, so nothing can be signed: stop it, "
    "and start it with `--passphrase-file FILE` beside `--http`."
)

Result = TypeVar("Result")


def with_page_advice(write: Callable[..., Result], *args: Any, **more: Any) -> Result:
    """What `write` returns or raises; `KeystoreLocked` with what helps here."""
    try:
        return write(*args, **more)
    except KeystoreLocked as error:
        raise KeystoreLocked(_(LOCKED)) from error
