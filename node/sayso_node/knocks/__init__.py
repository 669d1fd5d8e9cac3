"""Strangers who knock, and knocking at others' doors: prices, ways, the shelf, and what is
decided."""
