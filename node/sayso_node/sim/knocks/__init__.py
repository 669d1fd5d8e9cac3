"""Spam against shelves of strangers, in a world of its own: knocks, carriers' doors, and owners."""
