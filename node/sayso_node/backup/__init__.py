"""Everything of the own account and home in one sealed file, and back."""
