"""Finding peers: the sockets and tasks of what `sayso_protocol.discovery` decides."""
