"""A running hub, and the running node that asks one."""
