"""What a node knows of peers from start to start."""
