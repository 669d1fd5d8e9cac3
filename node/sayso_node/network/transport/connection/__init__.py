"""Connections to peers above their bytes: who has which, what is spoken on them, who holds them."""
