"""The look of entries and of what belongs to them."""
