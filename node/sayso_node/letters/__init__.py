"""Letters on the network: the side of a carrier, and those who deliver and collect."""
