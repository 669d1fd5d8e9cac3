"""Pieces of SQL that every table uses: check sums over rows, many rows in one statement."""
