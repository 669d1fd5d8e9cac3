"""Tests of text on a terminal."""
