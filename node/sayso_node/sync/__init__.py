"""Sync on the machine: the engine does what the protocol's replica says."""
