"""The parts of screens: lists of blocks, and lines of our own."""
