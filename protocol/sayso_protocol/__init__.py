"""The pure core: bytes in, decisions out."""
