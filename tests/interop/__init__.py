"""The protocol as other software reads it."""
