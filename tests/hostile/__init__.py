"""A running node, attacked by peers that speak the protocol as well as it does."""
