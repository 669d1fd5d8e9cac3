"""A small world of its own for finding accounts: locators, without feeds and sync."""
