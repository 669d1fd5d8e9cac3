"""Streams: what comes, told as it comes."""
