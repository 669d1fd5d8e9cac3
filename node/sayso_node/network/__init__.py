"""Links to peers: the interface, and the transport behind it."""
