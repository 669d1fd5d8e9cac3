"""Test vectors of docs/protocol.md: `make` writes the JSON files, any implementation reads them."""
