"""Ingest: what peers send is verified and stored."""
