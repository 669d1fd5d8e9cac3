"""The one way to read: timeline, thread, search, notifications."""
