"""The look of accounts, their names and devices."""
