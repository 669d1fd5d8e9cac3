"""Rows by which timelines are in the order of time."""
