"""Letters at a running node: what it keeps for others, and the courier of its owner."""
