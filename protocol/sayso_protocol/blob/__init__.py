"""Blobs: media by the hash of its bytes."""
