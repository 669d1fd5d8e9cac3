"""Verifying what a store holds again, the same for every backend."""
