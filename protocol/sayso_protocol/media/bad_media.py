"""The refusal of a file that is not what it begins as, or is made in a way not known here."""


class BadMedia(Exception):
    """A picture or film that cannot be read as one. The text is for its owner."""
