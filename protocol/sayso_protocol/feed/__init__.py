"""Entries, the runs that they travel in, and proofs of forks."""
