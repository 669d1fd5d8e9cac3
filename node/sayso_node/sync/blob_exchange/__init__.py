"""Blob exchange: fetching media from several peers, and giving them to whoever asks."""
