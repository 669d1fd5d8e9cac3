"""One peer while its session lasts: a part of its state for each part of the replica."""
