"""Rows of accounts: whose feeds are shown, and which account follows which."""
