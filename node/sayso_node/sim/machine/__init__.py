"""The simulated machine: a node with its connections, its ingest, its clock and its disk."""
