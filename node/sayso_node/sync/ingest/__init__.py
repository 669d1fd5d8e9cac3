"""Verifying and storing what peers send."""
