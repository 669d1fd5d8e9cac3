"""Feeds for other programs: Atom, JSON Feed, and OPML of who is followed."""
