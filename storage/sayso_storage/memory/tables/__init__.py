"""What the store in memory holds, one concept a module."""
