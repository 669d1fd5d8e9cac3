"""Who follows whom, and who is linked to whom."""
