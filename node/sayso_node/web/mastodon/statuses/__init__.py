"""Statuses: read alone and on timelines, written, and acted upon."""
