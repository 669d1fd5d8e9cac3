"""A PostgreSQL server for hubs."""

from tests.storage.conftest import schemas

__all__ = ["schemas"]
