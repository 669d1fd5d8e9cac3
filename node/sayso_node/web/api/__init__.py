"""Requests of apps: their parameters, their tokens, and answers in JSON."""
