"""The look of things on a terminal."""
