"""The sync protocol: frames, the session, and the replica with its parts."""
