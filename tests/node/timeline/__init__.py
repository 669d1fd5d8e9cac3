"""Tests of timelines, threads, search and notifications."""
