"""Entities: what apps are given, in the shape that Mastodon gave it."""
