"""Sync on the machine: the engine carries out the effects of the protocol's replica."""
