"""The own account and those of others: author, devices, rotation, following, names."""
