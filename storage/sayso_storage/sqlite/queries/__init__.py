"""Entries read back: by id, by time, by what names them."""
