"""Text on its way to a person: what strangers wrote made safe, and times in words."""
