"""Peer exchange: peers that are connected tell each other where they are, and of a few others."""
