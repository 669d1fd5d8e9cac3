"""Notifications on the desktop, where the owner asked for them."""
