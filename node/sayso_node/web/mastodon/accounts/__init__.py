"""Accounts: who they are, whom the owner follows, and the lists that hold them."""
