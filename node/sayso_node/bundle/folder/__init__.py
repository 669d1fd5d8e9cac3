"""A folder or stick that homes take turns with: feeds in files that never change."""
