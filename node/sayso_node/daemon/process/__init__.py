"""The process that a node is: its signals, its logs, and whoever runs it as a service."""
