"""Private messages of a person: writing, reading, forgetting, and the mailbox of this device.

A command writes a message as *waiting* and ends; the running node alone turns ratchets.
"""
