"""Rows of tables, one concept a module: functions inside the caller's transaction."""
