"""Subscriptions to labels and lists of others."""
