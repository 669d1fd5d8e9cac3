"""Tests of the detector on a store."""
