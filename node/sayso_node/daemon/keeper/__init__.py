"""The keeper: what a running node keeps up behind the writers."""
