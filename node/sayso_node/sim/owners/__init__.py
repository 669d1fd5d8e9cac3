"""Owners of simulated nodes, and what each may expect."""
