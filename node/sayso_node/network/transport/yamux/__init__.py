"""yamux 1.0.0: many streams over one connection (libp2p specs, yamux)."""
