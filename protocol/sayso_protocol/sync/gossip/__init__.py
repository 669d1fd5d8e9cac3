"""Telling peers what is new here."""
