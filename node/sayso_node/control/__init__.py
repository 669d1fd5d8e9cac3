"""The control socket: its server in the node, its client in commands."""
