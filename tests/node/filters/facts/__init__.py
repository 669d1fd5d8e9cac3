"""Tests of facts that are gathered from a store."""
