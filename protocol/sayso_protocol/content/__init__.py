"""The content of entries: kinds of bodies, their fields and limits, references."""
