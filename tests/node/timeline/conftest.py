"""Villages on both kinds of store."""

from tests.choice.conftest import village

__all__ = ["village"]
