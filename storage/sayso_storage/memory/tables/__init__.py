"""Tables of the store in memory, one concept a module."""
