"""Pictures in a terminal: decoded by a child with little room, drawn as blocks or by a protocol."""
