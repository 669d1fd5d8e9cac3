"""Feeds on a stick: written from one store, read into another."""
